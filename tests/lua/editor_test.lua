-- The editor's definitions: Lua that loads, with annotations that agree with it, types that exist, and nothing left out.
local t = require "harness"
local annotation_types = require "annotation_types"
local catalogue = require "lofty.catalogue"
local editor = require "lofty.manual.editor"
local helpers = require "lofty.helpers"
local json = require "native.json"
local lofty = require "lofty"
local operations = require "lofty.operations"

local LIBRARY = ".loftyrun/editor/"

local function source_of(module)
  local base = "stdlib/" .. module:gsub("%.", "/")
  local file = io.open(base .. ".lua") or io.open(base .. "/init.lua")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local files = editor.files(source_of)

--- Every annotation: calls visit(path, tag, rest, line).
local function annotations(visit)
  for path, text in pairs(files) do
    for line in text:gmatch("[^\n]+") do
      local tag, rest = line:match("^%-%-%-@(%w+)%s*(.*)$")
      if tag then visit(path, tag, rest, line) end
    end
  end
end

--- Lines of a class's fields, by name; "" has the parent.
local function classes()
  local found, current = {}, nil
  for path, text in pairs(files) do
    for line in (path:find("%.lua$") and text or ""):gmatch("[^\n]*") do
      local name, parent = line:match("^%-%-%-@class ([%w_.]+):?%s*([%w_.]*)")
      local field, kind = line:match("^%-%-%-@field ([%w_]+)%??%s+(.*)$")
      if name then
        t.ok(not found[name], name .. " is defined twice")
        found[name], current = { [""] = parent }, name
      elseif field and current then
        t.ok(not found[current][field], ("%s.%s is there twice"):format(current, field))
        found[current][field] = kind
      elseif not line:find("^%-%-%-@") then
        current = nil
      end
    end
  end
  return found
end

local CLASSES = classes()

--- What stands before a type in an annotation, by tag.
local BEFORE = {
  field = { "^[%w_]+%??%s+", "^%[[^%]]+%]%??%s+" }, param = { "^[%w_]+%??%s+", "^%.%.%.%s+" },
  ["return"] = { "^" }, overload = { "^" }, alias = { "^[%w_.]+%s+" },
}

local function type_text(tag, rest)
  for _, pattern in ipairs(BEFORE[tag] or {}) do
    local _, finish = rest:find(pattern)
    if finish then return rest:sub(finish + 1) end
  end
end

t.test("there is a file for each resource, and the settings name the folder", function()
  for _, resource in ipairs(operations.resources) do
    t.ok(files[("%slofty/operations/%s.lua"):format(LIBRARY, resource)], resource)
  end
  local settings = json.decode(files[".luarc.json"])
  t.equal(settings["workspace.library"], json.array { ".loftyrun/editor" })
  t.ok(editor.is_set_up(files[".luarc.json"]))
end)

t.test("every file is Lua and says that it is definitions", function()
  for path, text in pairs(files) do
    if path:find("%.lua$") then
      t.ok(load(text, "=" .. path, "t"), path)
      t.ok(text:find("^%-%-%-@meta"), path)
    end
  end
end)

t.test("every type is one, and is defined", function()
  local aliases = {}
  annotations(function(_, tag, rest)
    if tag == "alias" then aliases[rest:match("^[%w_.]+")] = true end
  end)
  local count = 0
  annotations(function(path, tag, rest, line)
    local text = type_text(tag, rest)
    if tag == "alias" and not text then return end -- its types are on the lines below
    if tag == "class" then text = rest:match("^[%w_.]+: (.*)$") end
    if tag == "class" and not text or tag == "meta" or tag == "generic" then return end
    local ok, names, after = pcall(annotation_types.read, assert(text, line))
    t.ok(ok, ("%s: %s: %s"):format(path, line, names))
    local before = text:sub(-#after - 1, -#after - 1)
    t.ok(after == "" or before == " " or after:find("^;"), ("%s: %s: what is %q?"):format(path, line, after))
    for _, name in ipairs(names) do
      t.ok(CLASSES[name] or aliases[name] or name == "T", ("%s: %s: no %s"):format(path, line, name))
    end
    count = count + 1
  end)
  t.ok(count > 2000, count)
end)

t.test("parameters are annotated as the function has them", function()
  for path, text in pairs(files) do
    local annotated = {}
    for line in (path:find("%.lua$") and text or ""):gmatch("[^\n]*") do
      local param = line:match("^%-%-%-@param ([%w_.]+)")
      local head = line:match("^function [%w_.:]+%((.-)%)")
      if param then annotated[#annotated + 1] = param end
      if head then
        t.equal(table.concat(annotated, ", "), head, path .. ": " .. line)
        annotated = {}
      end
    end
  end
end)

local function resource_text(name)
  local resource, verb = name:match("^(.+)%.([^.]+)$")
  return files[("%slofty/operations/%s.lua"):format(LIBRARY, resource)], resource:gsub("%.", "_"), verb
end

t.test("every operation, iterator and helper is a function", function()
  for _, name in ipairs(operations.names()) do
    local text, variable, verb = resource_text(name)
    t.ok(text:find(("\nfunction %s.%s("):format(variable, verb), 1, true), name)
    local each = ("\nfunction %s.%s("):format(variable, operations.each_name(verb))
    t.equal(text:find(each, 1, true) ~= nil, operations.find(name).page ~= nil, "the iterator of " .. name)
  end
  for _, helper in ipairs(helpers.list()) do
    local text, variable, verb = resource_text(helper.name)
    t.ok(text:find(("\nfunction %s.%s("):format(variable, verb), 1, true), helper.name)
    t.ok(not text:find("---@return any " .. helper.returns, 1, true),
      helper.name .. ": lofty.manual.definitions does not know what it returns")
  end
end)

--- Every field of a specification is one of the class, at any depth; what is refused is not.
local function check_fields(fields, class)
  t.ok(CLASSES[class], class)
  for field, spec in pairs(fields) do
    t.equal(CLASSES[class][field] ~= nil, not spec.readonly, class .. "." .. field)
    local inner = spec.fields or (spec.of or {}).fields
    if inner and next(inner) and not spec.readonly then check_fields(inner, class .. "." .. field) end
  end
end

t.test("every field that a call takes is in its class, and none that it refuses", function()
  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    local fields = row.body and (row.body.fields or (row.body.of or {}).fields) or row.query
    if fields then check_fields(fields, ("lofty.%s.Fields"):format(name)) end
  end
  for _, helper in ipairs(helpers.list()) do
    local class = ("lofty.%s.Fields"):format(helper.name)
    if helper.fields and next(helper.fields) then check_fields(helper.fields, class) end
  end
end)

t.test("required fields and enumerations are told from others", function()
  local text = resource_text("tasks.create")
  t.ok(text:find('\n---@field type "Call"|"Email"|"Text"|"Other"|"Appointment"\n', 1, true))
  t.ok(text:find("\n---@field address? string of an appointment\n", 1, true))
  text = resource_text("leads.get")
  t.ok(text:find("\n---@field leadId integer\n", 1, true))
end)

t.test("what a loop goes over has a type, an object's fields where they are known", function()
  local text = resource_text("leads.list")
  t.ok(text:find("---@class lofty.leads.each: lofty.Each\n---@overload fun(): lofty.leads.list.Item|nil\n", 1, true))
  t.ok(CLASSES["lofty.leads.list.Item"].leadId)
  t.ok(resource_text("listings.list_for_agent"):find("---@alias lofty.listings.list_for_agent.Item table", 1, true))
end)

t.test("lofty.code has every code and no other", function()
  for _, name in ipairs(catalogue.names()) do t.ok(CLASSES["lofty.Codes"][name], name) end
  for name in pairs(CLASSES["lofty.Codes"]) do t.ok(name == "" or catalogue.find(name), name) end
end)

t.test("everything that lofty has is there", function()
  local main = files[LIBRARY .. "lofty.lua"]
  local function is_defined(class, key)
    return CLASSES[class][key] or main:find(("\nfunction %s.%s("):format(class, key), 1, true)
      or main:find(("\n%s.%s = "):format(class, key), 1, true)
  end
  for _, key in ipairs { "time", "contact", "v1" } do t.ok(lofty[key]) end
  for key in pairs(lofty) do t.ok(is_defined("lofty", key), "lofty." .. key) end
  for _, resource in ipairs(operations.resources) do t.ok(CLASSES["lofty." .. resource], resource) end
  for _, module in ipairs { "time", "contact", "resume" } do
    local text = files[("%slofty/%s.lua"):format(LIBRARY, module)]
    for name, value in pairs(lofty[module]) do
      t.ok(type(value) ~= "function" or text:find(("\nfunction M.%s("):format(name), 1, true), module .. "." .. name)
    end
  end
  for _, module in ipairs { "args", "chores", "csv", "lead_csv", "spelling" } do
    local text = files[("%slofty/%s.lua"):format(LIBRARY, module)]
    for name in pairs(require("lofty." .. module)) do
      t.ok(text:find(("\nfunction M.%s("):format(name), 1, true), module .. "." .. name)
    end
  end
  for name in pairs(lofty.json) do t.ok(main:find(("\nfunction lofty.json.%s("):format(name), 1, true), name) end
  for name in pairs(lofty.log) do t.ok(CLASSES["lofty.Log"][name], name) end
end)

t.test("methods of what lofty gives are there", function()
  local main, time = files[LIBRARY .. "lofty.lua"], files[LIBRARY .. "lofty/time.lua"]
  local function has(text, head) t.ok(text:find("\nfunction " .. head .. "(", 1, true), head) end
  for _, method in ipairs { "take", "pages", "collect" } do has(main, "Each:" .. method) end
  has(main, "methods:is")
  for _, method in ipairs { "is_open", "next", "add" } do has(time, "Business:" .. method) end
end)

t.test("a user's settings are read as they come", function()
  for text, is_set_up in pairs {
    ['{ "workspace.library": [".loftyrun/editor"] }'] = true,
    ['{ "Lua.workspace.library": ["a", ".loftyrun/editor"] }'] = true,
    ['// mine\n{ "workspace": { "library": [".loftyrun/editor"] } }'] = true,
    ['{ "workspace.library": ["elsewhere"] }'] = false, ["{}"] = false, ["not JSON"] = false, ["[]"] = false,
    ['{ "workspace": 5 }'] = false, [""] = false,
  } do
    t.equal(editor.is_set_up(text), is_set_up, text)
  end
end)

