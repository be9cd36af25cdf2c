--- Writes the reference manual: `make docs`, or loftyrun runtime/tools/docs/generate.lua FOLDER PROGRAM. What it says
--- comes from the same data as help.
---   FOLDER/markdown/   README.md, loftyrun.md, codes.md and a file for each resource and each module
---   FOLDER/man/        loftyrun(1) and a page for each of its commands, lofty-codes(7), and a page in 3lofty
---                      for each resource, operation and helper, each module, function and class
local Page = require "lofty.manual.page"
local catalogue = require "lofty.catalogue"
local code = require "lofty.manual.code"
local commands = require "commands"
local helper = require "lofty.manual.helper"
local helpers = require "lofty.helpers"
local markdown = require "lofty.manual.markdown"
local member = require "lofty.manual.member"
local operation = require "lofty.manual.operation"
local operations = require "lofty.operations"
local reference = require "lofty.manual.reference"
local roff = require "lofty.manual.roff"

local folder, program = arg[1], arg[2]

local function fail(message)
  io.stderr:write("make docs: " .. message .. "\n")
  os.exit(1)
end

local made = {}

local function write(path, text)
  path = folder .. "/" .. path
  local parent = path:match("^(.*)/")
  if not made[parent] then
    made[parent] = os.execute(("mkdir -p '%s'"):format(parent:gsub("'", "'\\''"))) or fail("cannot make " .. parent)
  end
  local file, why = io.open(path, "w")
  if not file then fail(why) end
  local is_written = file:write(text)
  if not file:close() or not is_written then fail("cannot write " .. path) end
end

--- The pages of a resource: its operations, then its helpers.
local function pages_of(resource)
  local pages = {}
  for _, name in ipairs(operations.names()) do
    if name:match("^(.+)%.") == resource then pages[#pages + 1] = operation.page(operations.find(name)) end
  end
  for _, each in ipairs(helpers.list()) do
    if each.name:match("^(.+)%.") == resource then pages[#pages + 1] = helper.page(each) end
  end
  return pages
end

--- The pages of each module that is no resource, by its name: first its own.
local function module_pages()
  local modules = {}
  for _, entry in ipairs(reference.entries()) do
    local pages = modules[entry.module.name] or {}
    modules[entry.module.name] = pages
    table.insert(pages, entry.name == entry.module.name and 1 or #pages + 1, member.page(entry))
  end
  return modules
end

local function code_pages()
  local pages = {}
  for index, row in ipairs(catalogue.rows()) do pages[index] = code.page(row) end
  return pages
end

--- `lofty.time` is the file lofty.time.md; `lofty` itself is modules.md.
local function file_of(module) return module == "lofty" and "modules" or module end

--- Where terms of lists are explained: codes, operations and helpers.
local function links_of(resources, codes, modules)
  local links = {}
  for module, pages in pairs(modules) do
    for _, page in ipairs(pages) do links[page.name] = ("%s.md#%s"):format(file_of(module), markdown.anchor(page.name)) end
  end
  for _, page in ipairs(codes) do links[page.name] = "codes.md#" .. markdown.anchor(page.name) end
  for resource, pages in pairs(resources) do
    for _, page in ipairs(pages) do
      links["lofty." .. page.name] = ("%s.md#%s"):format(resource, markdown.anchor(page.name))
    end
  end
  return links
end

local INTRODUCTION = "Operations of `lofty.%s`, and helpers made of them. A field marked with a star is required. "
  .. "The examples run as they stand with `loftyrun --sandbox -e`."
local CODES = "What a script branches on: `err:is(code.NAME)`. Names come from Lofty's documentation, but for those "
  .. "that are marked as loftyrun's own."

local MODULE = "What `%s` has for scripts, beside the operations."

local function write_modules(modules, links, index)
  for _, module in ipairs(reference.modules()) do
    local file, pages = file_of(module.name), modules[module.name]
    write(("markdown/%s.md"):format(file), markdown.document(module.name, MODULE:format(module.name), pages, links))
    index[#index + 1] = ("- [%s](%s.md): %s"):format(module.name:gsub("_", "\\_"), file, pages[1].brief)
  end
end

local function write_markdown(resources, codes, main, modules)
  local links = links_of(resources, codes, modules)
  local index = { "# Reference", "", "- [loftyrun](loftyrun.md): the program, its commands and options",
    "- [Codes](codes.md): what Lofty refuses, and what can go wrong on the way", "" }
  for _, resource in ipairs(operations.resources) do
    write(("markdown/%s.md"):format(resource),
      markdown.document("lofty." .. resource, INTRODUCTION:format(resource), resources[resource], links))
    local names = {}
    for place, page in ipairs(resources[resource]) do
      names[place] = ("[%s](%s)"):format(page.name:match("[^.]+$"):gsub("_", "\\_"), links["lofty." .. page.name])
    end
    local title = resource:gsub("_", "\\_")
    index[#index + 1] = ("- [lofty.%s](%s.md): %s"):format(title, resource, table.concat(names, ", "))
  end
  index[#index + 1] = ""
  write_modules(modules, links, index)
  write("markdown/README.md", table.concat(index, "\n") .. "\n")
  write("markdown/codes.md", markdown.document("Codes", CODES, codes))
  write("markdown/loftyrun.md", markdown.section(main, links))
end

--- Everything of a resource on one page, in a line each.
local function resource_page(resource, pages)
  local page, items = Page.new(resource, ("operations of lofty.%s"):format(resource)), {}
  for index, each in ipairs(pages) do items[index] = { term = "lofty." .. each.name, text = each.brief, depth = 0 } end
  return page:text("Each has a page of its own."):list(items)
end

--- All codes as one page: what is a heading on a code's own page is a term here.
local function codes_page(codes)
  local page, items = Page.new("lofty-codes", "what scripts of loftyrun branch on"), {}
  for _, each in ipairs(codes) do
    items[#items + 1] = { term = each.name, text = each.brief, depth = 0 }
    for _, block in ipairs(each.blocks) do
      for _, item in ipairs(block.items or {}) do
        items[#items + 1] = { term = item.term, text = item.text, depth = 1 }
      end
    end
  end
  return page:text("In a script: if err:is(lofty.code.NAME) then ... end"):list(items)
end

local function write_man(resources, codes, main, modules, version)
  local date = os.date("!%Y-%m-%d", tonumber(os.getenv("SOURCE_DATE_EPOCH") or os.time()))
  local function page(what, title, section)
    write(("man/man%s/%s.%s"):format(section:sub(1, 1), title, section),
      roff.render(what, { title = title, section = section, date = date, version = version }))
  end
  page(main, "loftyrun", "1")
  for _, each in ipairs(commands.pages(program)) do page(each, each.name, "1") end
  page(codes_page(codes), "lofty-codes", "7")
  for _, pages in pairs(modules) do
    for _, each in ipairs(pages) do page(each, each.name, "3lofty") end
  end
  for resource, pages in pairs(resources) do
    page(resource_page(resource, pages), "lofty." .. resource, "3lofty")
    for _, each in ipairs(pages) do page(each, "lofty." .. each.name, "3lofty") end
  end
end

if not folder or not program then fail("which folder, and which program? make docs") end
local resources, codes, modules = {}, code_pages(), module_pages()
for _, resource in ipairs(operations.resources) do resources[resource] = pages_of(resource) end
local main, version = commands.page(program)
write_markdown(resources, codes, main, modules)
write_man(resources, codes, main, modules, version)
