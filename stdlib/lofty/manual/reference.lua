--- What a script can require or call that is no operation, by name: modules, their functions, the classes of options and
--- results. It is what the editor's definitions declare (lofty.manual.editor), which the sources say of themselves.
local declared = require "lofty.manual.declared"
local editor = require "lofty.manual.editor"
local operations = require "lofty.operations"
local prose = require "lofty.manual.prose"
local source_of = require "native.source"

local M = {}

---@class lofty.manual.Entry something that has a page
---@field name string "lofty.time.parse"
---@field kind "module"|"function"|"class"|"value"
---@field module lofty.manual.Module the one that it belongs to
---@field about string a sentence
---@field of table|nil what lofty.manual.declared has read of it

---@class lofty.manual.Module
---@field name string "lofty.time"
---@field is_member boolean whether `lofty` has it; else it is required
---@field head string[] what its source says of it
---@field functions lofty.manual.Function[]
---@field classes lofty.manual.Class[]
---@field call table|nil how it is called itself

---@class lofty.manual.Index
---@field modules lofty.manual.Module[]
---@field entries lofty.manual.Entry[] sorted by name
---@field classes table<string, lofty.manual.Class>

local index ---@type lofty.manual.Index|nil made when it is first asked for

local function add(name, kind, module, about, of)
  index.entries[#index.entries + 1] = { name = name, kind = kind, module = module, about = about, of = of }
end

--- What a namespace of operations is called, which is no class of interest here.
local function is_of_operations(name)
  for _, resource in ipairs(operations.resources) do
    if ("lofty." .. resource):sub(1, #name) == name then return true end
  end
  return name == "lofty.Codes" or name == "lofty.Null"
end

--- What `lofty` has beside functions, resources and modules: lofty.log, lofty.null.
local function add_values(module, class)
  for _, field in ipairs(class.fields) do
    if field.type ~= "lofty." .. field.name then add("lofty." .. field.name, "value", module, field.text, field) end
  end
end

local function add_module(listed)
  local module = { name = listed.name, is_member = listed.is_member, head = prose.head(source_of(listed.name)),
    classes = {} }
  local functions, classes = declared.read(editor.module(listed.name, source_of), listed.name)
  module.functions = functions
  index.modules[#index.modules + 1] = module
  add(module.name, "module", module, (prose.sentence(module.head):gsub("^`?lofty[%w_.]*`?: (.)", string.upper)))
  for _, class in ipairs(classes) do
    index.classes[class.name], class.module = class, module
    if class.name == module.name then
      module.call = class.call
      if class.name == "lofty" then add_values(module, class) end
    elseif not is_of_operations(class.name) then
      module.classes[#module.classes + 1] = class
      add(class.name, class.is_space and "module" or "class", module, class.about, class)
    end
  end
  for _, each in ipairs(functions) do
    local about = prose.sentence(each.lines)
    add(each.name, "function", module, about ~= "" and about or "of " .. each.owner, each)
  end
end

local function load_index()
  if index then return index end
  index = { modules = {}, entries = {}, classes = {} }
  for _, listed in ipairs(editor.modules()) do add_module(listed) end
  table.sort(index.entries, function(a, b) return a.name < b.name end)
  return index
end

--- Everything that has a page.
---@return lofty.manual.Entry[]
function M.entries() return load_index().entries end

--- The modules, `lofty` itself last.
---@return lofty.manual.Module[]
function M.modules() return load_index().modules end

--- A class of options or results.
---@param name string "lofty.OnceOptions"
---@return lofty.manual.Class|nil
function M.class(name) return load_index().classes[name] end

local function plain(name) return (name:gsub(":", ".")) end

--- Whether operations or helpers have a verb of this name, which is then meant.
local function is_verb(word)
  for _, name in ipairs(operations.names()) do
    if name:match("[^.]+$") == word then return true end
  end
  for _, helper in ipairs(require("lofty.helpers").list()) do
    if helper.name:match("[^.]+$") == word then return true end
  end
  return false
end

--- The entries whose name, as `spell` spells it, is or ends with what is asked for.
local function matching(wanted, spell, is_whole)
  local found = {}
  for _, entry in ipairs(load_index().entries) do
    local name = plain(spell(entry.name))
    if is_whole and (name == wanted or name == "lofty." .. wanted) or not is_whole and #name > #wanted
      and name:sub(-#wanted - 1) == "." .. wanted then
      found[#found + 1] = entry
    end
  end
  return found
end

local function as_it_is(name) return name end

--- What a topic may mean: "lofty.time.parse", "time.parse", "parse" where nothing else is called so, "refusals:count".
---@param topic string
---@return lofty.manual.Entry[] entries none, the one, or several that end so
function M.find(topic)
  topic = plain(topic:gsub("%(.*$", "")):gsub("^err%.", "Error."):gsub("^lofty%.log%.%a+$", "lofty.log")
    :gsub("^log%.%a+$", "log"):gsub("^(.*)%f[%l]error%.is_error$", "%1error")
  local can_end = topic:find("%.") or not is_verb(topic)
  for _, is_whole in ipairs { true, false } do
    for _, spell in ipairs { as_it_is, string.lower } do
      local found = (is_whole or can_end) and matching(spell(topic), spell, is_whole) or {}
      if #found > 0 then return found end
    end
  end
  return {}
end

--- Names to complete and to compare with, without "lofty.", and last parts that belong to one entry alone.
---@return string[] names
---@return string[] last
function M.names()
  local names, last, counts = { "lofty" }, {}, {}
  for _, entry in ipairs(load_index().entries) do
    local short, tail = entry.name:match("^lofty%.(.+)$"), entry.name:match("[.:]([^.:]+)$")
    if short then names[#names + 1] = short end
    if tail then counts[tail] = (counts[tail] or 0) + 1 end
  end
  for tail, count in pairs(counts) do
    if count == 1 and not is_verb(tail) then last[#last + 1] = tail end
  end
  table.sort(last)
  return names, last
end

return M
