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

local function add_command(page, program, name)
  local usage, rest = output_of(program, "help " .. name):match("^usage: ([^\n]*)\n\n(.*)$")
  local about, options = rest:match("^(.-)\nOptions:\n(.*)$")
  page:heading(usage, 2)
  add_details(page, about or rest)
  if options then page:list(items_of(options, "^  (%S.-)  +(.*)$")) end
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
  page:heading("Exit codes"):list(items_of(output_of(program, "help exit-codes"), "^ *(%d+) +(.*)$"))
  page:heading("See also"):text("loftyrun help TOPIC; lofty-codes(7); lofty.leads(3lofty) and its like")
  return page, version
end

return M
