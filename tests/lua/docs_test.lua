-- The reference manual: what `make docs` writes is whole, its links lead somewhere, and roff has nothing to warn of.
local t = require "harness"
local Page = require "lofty.manual.page"
local catalogue = require "lofty.catalogue"
local helpers = require "lofty.helpers"
local markdown = require "lofty.manual.markdown"
local operations = require "lofty.operations"
local reference = require "lofty.manual.reference"
local roff = require "lofty.manual.roff"

local function output_of(command)
  local child <close> = assert(io.popen(command .. " 2>&1 </dev/null"))
  return child:read("a")
end

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local names = operations.names()
for _, helper in ipairs(helpers.list()) do names[#names + 1] = helper.name end

local folder = output_of("mktemp -d"):match("^[^\n]+")
local program = output_of("readlink /proc/$PPID/exe"):match("^[^\n]+")

t.test("it is written without a word", function()
  t.equal(output_of(("SOURCE_DATE_EPOCH=86400 '%s' runtime/tools/docs/generate.lua %s/it '%s'"):format(program, folder,
    program)), "")
end)

t.test("every operation and helper has a man page and a section", function()
  for _, name in ipairs(names) do
    local page = read(("%s/it/man/man3/lofty.%s.3lofty"):format(folder, name))
    t.equal(page:match('^%.TH "([^"]*)" "3lofty" "1970%-01%-02" "loftyrun %d[^"]*" "loftyrun"\n'), "lofty." .. name)
    t.ok(page:find("\n.SH NAME\nlofty." .. name:gsub("%-", "\\-") .. " \\- ", 1, true), name)
    local resource = name:match("^(.+)%.")
    local text = read(("%s/it/markdown/%s.md"):format(folder, resource))
    t.ok(text:find("\n### " .. name:gsub("_", "\\_") .. "\n", 1, true), name)
    t.ok(read(("%s/it/man/man3/lofty.%s.3lofty"):format(folder, resource)):find("lofty." .. name, 1, true), name)
  end
end)

t.test("what is no operation has a man page and a section, and help of at most 100 columns", function()
  local count = 0
  for _, entry in ipairs(reference.entries()) do
    local page = read(("%s/it/man/man3/%s.3lofty"):format(folder, entry.name))
    t.ok(page:find("\n.SH NAME\n" .. entry.name:gsub("%p", "%%%0") .. " \\%- %S"), entry.name)
    local file = entry.module.name == "lofty" and "modules" or entry.module.name
    local text = read(("%s/it/markdown/%s.md"):format(folder, file))
    t.ok(text:find("\n### " .. entry.name:gsub("_", "\\_") .. "\n", 1, true), entry.name)
    local said = require("lofty.help").describe(entry.name)
    t.ok(said and said:find("^" .. entry.name:gsub("%p", "%%%0") .. "\n"), entry.name)
    for line in said:gmatch("[^\n]+") do
      if not line:find("^    ") then t.ok(#line <= 100, entry.name .. ": " .. line) end
      t.ok(not line:find(" $"), entry.name .. ": " .. line)
    end
    count = count + 1
  end
  t.ok(count > 120, count)
end)

t.test("help knows every function that an editor is told of", function()
  local editor, source_of = require "lofty.manual.editor", require "native.source"
  for _, module in ipairs(editor.modules()) do
    for owner, name in editor.module(module.name, source_of):gmatch("\nfunction ([%w_]+)[.:]([%w_.]+)%(") do
      local found = false
      for _, entry in ipairs(reference.entries()) do
        found = found or entry.module.name == module.name and entry.kind == "function"
          and entry.name:sub(-#name - 1):find("^[.:]") ~= nil and entry.name:sub(-#name) == name
      end
      t.ok(found, ("%s: %s %s"):format(module.name, owner, name))
    end
  end
end)

t.test("every code is in the list of codes", function()
  local text, page = read(folder .. "/it/markdown/codes.md"), read(folder .. "/it/man/man7/lofty-codes.7")
  for _, row in ipairs(catalogue.rows()) do
    local name = tostring(row.name or row.number)
    t.ok(text:find("\n### " .. name:gsub("_", "\\_") .. "\n", 1, true), name)
    t.ok(page:find('\n.B "' .. name .. '"\n', 1, true), name)
  end
end)

t.test("the program's page has every command with its options, and the exit codes", function()
  local page = read(folder .. "/it/man/man1/loftyrun.1")
  for line in output_of(("'%s' help"):format(program)):match("\n\n(.-)\n\n"):gmatch("[^\n]+") do
    local name = line:match("^  loftyrun %[?(%l+)")
    local is_there = page:find('\n.SS "loftyrun ' .. name, 1, true) or page:find('\n.SS "loftyrun [' .. name, 1, true)
    t.ok(is_there, name)
  end
  t.ok(page:find('\n.B "\\-\\-max\\-requests N"\nrefuse more than N requests', 1, true))
  t.ok(page:find('\n.B "143"\n', 1, true))
end)

t.test("every command has a page of its own: how it is called, examples, options, exit codes", function()
  for line in output_of(("'%s' help"):format(program)):match("\n\n(.-)\n\n"):gmatch("[^\n]+") do
    local name = line:match("^  loftyrun %[?(%l+)")
    local page = read(("%s/it/man/man1/loftyrun-%s.1"):format(folder, name))
    t.ok(page:find('^%.TH "loftyrun\\%-' .. name .. '" "1" '), name)
    t.ok(page:find("\n.SH SYNOPSIS\n.nf\nloftyrun ", 1, true), name)
    t.ok(page:find('\n.SH "EXIT CODES"\n', 1, true), name)
  end
  local page = read(folder .. "/it/man/man1/loftyrun-auth.1")
  t.ok(page:find('\n.SH "EXAMPLES"\n.RS 4\n.nf\nloftyrun auth login  ', 1, true), page)
  t.ok(page:find('\n.SH "OPTIONS"\n.TP\n.B "\\-o, \\-\\-output FORM"\n', 1, true), page)
end)

t.test("a heading's address is what readers of Markdown make of it", function()
  t.equal(markdown.anchor("leads.add_tags"), "leadsadd_tags")
  t.equal(markdown.anchor("TASK_IS_SMARTPLAN"), "task_is_smartplan")
end)

t.test("every link of the Markdown leads to a heading", function()
  local targets, count = {}, 0
  for path in output_of(("ls %s/it/markdown/*.md"):format(folder)):gmatch("[^\n]+") do
    local name = path:match("[^/]+$")
    targets[name] = true
    for heading in read(path):gmatch("\n#+ ([^\n]+)") do
      targets[name .. "#" .. markdown.anchor((heading:gsub("\\", "")))] = true
    end
  end
  for name in pairs(targets) do
    local text = name:find("%.md$") and read(("%s/it/markdown/%s"):format(folder, name)) or ""
    for target in text:gmatch("%]%(([^)]+)%)") do
      count = count + 1
      t.ok(targets[target:find("^#") and name .. target or target], name .. " links to " .. target)
    end
  end
  t.ok(count > 400, count)
end)

t.test("nothing in a text is taken for markup", function()
  local page = Page.new("x", "brief"):text(".a 'b' \\c -d ~e"):text("<b> *c* _d_ [e](f) `g` & h\\i"):text("1. one")
    :list { { term = "a_b *", text = "c_d", depth = 0 }, { term = "e", text = "f", depth = 1 } }
    :code(".if\n\n'x")
  t.equal(roff.render(page, { title = "x", section = "7", date = "d", version = "1" }), table.concat({
    '.TH "x" "7" "d" "loftyrun 1" "loftyrun"', ".nh", ".ad l", ".SH NAME", "x \\- brief", ".SH DESCRIPTION",
    "\\&.a \\(aqb\\(aq \\ec \\-d \\(tie", ".PP", "<b> *c* _d_ [e](f) \\(gag\\(ga & h\\ei", ".PP", "1. one",
    ".TP", '.B "a_b *"', "c_d", ".RS", ".TP", '.B "e"', "f", ".RE",
    ".PP", ".RS 4", ".nf", "\\&.if", ".sp", "\\(aqx", ".fi", ".RE", "",
  }, "\n"))
  t.equal(markdown.section(page, { a_b = "y" }), table.concat({
    "### x", ".a 'b' \\\\c -d ~e", "&lt;b\\> \\*c\\* \\_d\\_ \\[e\\](f) \\`g\\` &amp; h\\\\i", "1\\. one",
    "- [`a_b`](y) \\*: c\\_d\n    - `e`: f", "```lua\n.if\n\n'x\n```\n",
  }, "\n\n"))
end)

t.test("roff has nothing to warn of", function()
  if output_of("command -v groff") == "" then return print("  skip: no groff on this machine") end
  t.equal(output_of(("cd %s/it/man && groff -man -ww -z */*"):format(folder)), "")
end)

t.test("a folder that cannot be written is said", function()
  local text = output_of(("'%s' runtime/tools/docs/generate.lua /proc/none '%s'"):format(program, program))
  t.ok(text:find("make docs: cannot make /proc/none/markdown", 1, true), text)
end)

t.after_all(function() os.execute("rm -rf " .. folder) end)
