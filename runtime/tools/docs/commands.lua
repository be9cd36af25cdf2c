--- The page of the program itself, from what its commands say of themselves: `loftyrun help`, `loftyrun help run`.
local Page = require "lofty.manual.page"

local M = {}

local TOPICS = { { name = "profiles", heading = "Profiles and credentials" }, { name = "cron", heading = "Under cron" },
  { name = "recording", heading = "Seeing, keeping and repeating calls" } }

local function output_of(program, words)
  local child = assert(io.popen(("'%s' %s"):format(program:gsub("'", "'\\''"), words)))
  local text = child:read("a")
  assert(child:close(), ("%s %s failed"):format(program, words))
  return text
end

--- "  --port PORT   listen there" -> terms with their texts.
local function items_of(text, pattern)
  local items = {}
  for line in text:gmatch("[^\n]+") do
    local term, meaning = line:match(pattern)
    if term then items[#items + 1] = { term = term, text = meaning, depth = 0 } end
  end
  return items
end

--- Paragraphs as they are, and lines that are set apart as code.
local function add_details(page, text)
  local is_code, lines
  local function flush()
    if lines and is_code then page:code(table.concat(lines, "\n")) end
    if lines and not is_code then page:text(table.concat(lines, " ")) end
    lines = nil
  end
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    local is_indented = line:find("^  ") ~= nil
    if line == "" or lines and is_indented ~= is_code then flush() end
    if line ~= "" then
      is_code, lines = is_indented, lines or {}
      lines[#lines + 1] = is_indented and line:sub(3) or line
    end
  end
  flush()
end

--- What `loftyrun help NAME` says: its usage, what it is in half a line, and its parts by heading.
local function help_of(program, name)
  local usage, brief, rest = output_of(program, "help " .. name):match("^usage: ([^\n]*)\n\n([^\n]*)\n(.*)$")
  local options = rest:match("\nOptions:\n(.*)$")
  rest = rest:gsub("\nOptions:\n.*$", "\n")
  local examples = rest:match("\nExamples:\n(.*)$")
  rest = rest:gsub("\nExamples:\n.*$", "\n")
  return { usage = usage, brief = brief, details = rest:gsub("^\n", ""), options = options, examples = examples }
end

local function add_examples(page, examples)
  page:code((examples:gsub("^  ", ""):gsub("\n  ", "\n"):gsub("%s+$", "")))
end

local function add_options(page, options)
  page:list(items_of(options, "^  (%S.-)  +(.*)$"))
end

local function add_command(page, program, name)
  local help = help_of(program, name)
  page:heading(help.usage, 2):text(help.brief)
  add_details(page, help.details)
  if help.examples then add_examples(page, help.examples) end
  if help.options then add_options(page, help.options) end
end

local function add_exit_codes(page, program)
  page:heading("Exit codes"):list(items_of(output_of(program, "help exit-codes"), "^ *(%d+) +(.*)$"))
end

--- A page of its own for one command.
local function command_page(program, name)
  local help = help_of(program, name)
  local page = Page.new("loftyrun-" .. name, help.brief)
  page.synopsis = help.usage
  add_details(page, help.details)
  if help.examples then add_examples(page:heading("Examples"), help.examples) end
  if help.options then add_options(page:heading("Options"), help.options) end
  add_exit_codes(page, program)
  return page:heading("See also"):text("loftyrun(1)")
end

--- The names of all commands, in the overview's order. A long usage may leave no more than a blank before what follows.
local function names_of(overview)
  local names = {}
  for line in overview:match("\n\n(.-)\n\n"):gmatch("[^\n]+") do
    names[#names + 1] = line:match("^  loftyrun %[?(%l+)")
  end
  return names
end

--- The page of the program.
---@param program string path
---@return lofty.manual.Page
---@return string version
function M.page(program)
  local overview = output_of(program, "help")
  local version = output_of(program, "--version"):match("(%d[%w.-]*)")
  local page = Page.new("loftyrun", "automation scripts against the Lofty CRM")
  page:text(overview:match("^[^\n]*"))
  page:heading("Commands")
  for _, name in ipairs(names_of(overview)) do add_command(page, program, name) end
  for _, topic in ipairs(TOPICS) do
    page:heading(topic.heading)
    add_details(page, output_of(program, "help " .. topic.name))
  end
  add_exit_codes(page, program)
  page:heading("See also"):text("loftyrun help TOPIC; loftyrun-run(1) and its like; lofty-codes(7); lofty.leads(3lofty) "
    .. "and its like")
  return page, version
end

--- A page for each command, in the overview's order.
---@param program string path
---@return lofty.manual.Page[]
function M.pages(program)
  local pages = {}
  for index, name in ipairs(names_of(output_of(program, "help"))) do pages[index] = command_page(program, name) end
  return pages
end

return M
