--- Definitions for the Lua language server (LuaLS): every operation, helper, field and code, made from the same data as
--- help, and the modules that scripts require, as their sources document them.
local annotations = require "lofty.manual.annotations"
local catalogue = require "lofty.catalogue"
local definitions = require "lofty.manual.definitions"
local json = require "native.json"
local operations = require "lofty.operations"
local wording = require "lofty.wording"

local M = {}

--- Where the definitions go, below the folder that the editor opens.
local LIBRARY = ".loftyrun/editor"

--- Modules with what of them is public, where that is not all: those that scripts require, and members of `lofty`.
local MODULES = { ["lofty.args"] = {}, ["lofty.chores"] = {}, ["lofty.csv"] = {},
  ["lofty.lead_csv"] = {}, ["lofty.spelling"] = {}, ["lofty.test"] = {} }
local MEMBERS = { ["lofty.contact"] = {}, ["lofty.guard"] = { "may", "zones" }, ["lofty.on"] = {},
  ["lofty.quota"] = {}, ["lofty.resume"] = { "list", "forget" },
  ["lofty.once"] = { "settle" }, ["lofty.state"] = {}, ["lofty.sync"] = { "forget" }, ["lofty.time"] = {} }

--- Members that are called, too.
local OVERLOADS = {
  ["lofty.once"] = "---@overload fun(key: string|integer, f: (fun(): any), options?: lofty.OnceOptions): any, boolean\n",
  ["lofty.sync"] = "---@overload fun(options: lofty.SyncOptions): (fun(): table|nil, string|nil)\n",
}

--- Classes that belong to a module and are in another one's source.
local CLASSES_OF = {
  lofty = { ["lofty.client"] = { "lofty.CallOptions", "lofty.CreateOptions" }, ["lofty.each"] = { "lofty.Each" },
    ["lofty.error"] = { "lofty.Category", "lofty.Error" }, ["lofty.lock"] = { "lofty.Lock", "lofty.LockOptions" },
    ["lofty.map"] = { "lofty.MapOptions", "lofty.Results" }, ["lofty.progress"] = { "lofty.ProgressOptions" },
    ["lofty.task"] = { "lofty.Task", "lofty.TaskStatus" } },
  ["lofty.on"] = { ["lofty.inbox.event"] = { "lofty.Event" } },
  ["lofty.once"] = { ["lofty.once"] = { "lofty.OnceOptions" } },
  ["lofty.sync"] = { ["lofty.sync"] = { "lofty.SyncOptions" } },
  ["lofty.test"] = { ["lofty.test.double"] = { "lofty.test.Call" }, ["lofty.test.expect"] = { "lofty.test.Expectation" },
    ["lofty.test.scripts"] = { "lofty.test.Automation", "lofty.test.Run" },
    ["lofty.test.tree"] = { "lofty.test.Settings" } },
  ["lofty.time"] = { ["lofty.time.business"] = { "lofty.time.Business" } },
}

--- What `lofty` has that no source declares in a form an editor could take.
local REST = [[
---@class lofty.Null
local Null = {}

---@alias lofty.LogFunction fun(message: string, fields?: table<string, any>)

---@class lofty.Log messages for whoever runs the script, on stderr
---@field debug lofty.LogFunction
---@field info lofty.LogFunction
---@field warn lofty.LogFunction
---@field error lofty.LogFunction

---@class lofty.ErrorFunctions
---@field is_error fun(value: any): boolean whether it is a lofty error]]

local FIELDS = [[
---@field code lofty.Codes the codes that err:is takes; a name that is none raises, with the nearest
---@field dry_run boolean whether no write is sent, but becomes part of a plan (--dry-run)
---@field error lofty.ErrorFunctions what tells errors apart
---@field null lofty.Null writes JSON's null
---@field log lofty.Log messages for whoever runs the script, on stderr]]

local FUNCTIONS = [[
--- Calls `f(...)` and returns its results, or nil and the error where it raised a lofty error. Any other error passes.
---
---   local task, err = lofty.try(lofty.tasks.get, taskId)
---   if err and err:is(lofty.code.TASK_NOT_EXIST) then return end
---   if err then error(err, 0) end
---@generic T
---@param f fun(...): T
---@param ... any
---@return T|nil result
---@return lofty.Error|nil err
---@return any more what else `f` returned, such as a page's metadata
function lofty.try(f, ...) end

--- Marks a table as an array, so that it is written as [] where it is empty.
---@generic T: table
---@param items T
---@return T
function lofty.array(items) end]]

local function code_fields()
  local lines = { "---@class lofty.Codes" }
  for _, name in ipairs(catalogue.names()) do
    lines[#lines + 1] = ("---@field %s %q %s"):format(name, name, catalogue.find(name).meaning)
  end
  return table.concat(lines, "\n")
end

--- The fields of `lofty` for resources and modules; the namespaces that a dot in a resource's name makes go to `parts`.
local function member_fields(parts)
  local lines, namespaces = {}, {}
  for _, resource in ipairs(operations.resources) do
    local space, inner = resource:match("^([^.]+)%.(.+)$")
    if space then
      namespaces[space] = namespaces[space] or { ("---@class lofty.%s"):format(space) }
      table.insert(namespaces[space], ("---@field %s lofty.%s"):format(inner, resource))
    else
      lines[#lines + 1] = ("---@field %s lofty.%s"):format(resource, resource)
    end
  end
  for _, space in ipairs(wording.sorted_keys(namespaces)) do
    parts[#parts + 1] = table.concat(namespaces[space], "\n")
    lines[#lines + 1] = ("---@field %s lofty.%s"):format(space, space)
  end
  for module in pairs(MEMBERS) do lines[#lines + 1] = ("---@field %s %s"):format(module:match("[^.]+$"), module) end
  table.sort(lines)
  return table.concat(lines, "\n")
end

--- Definitions with another name for the module's table.
local function renamed(text, variable)
  return (text:gsub("function M%.", "function " .. variable .. "."):gsub("\nM%.", "\n" .. variable .. "."))
end

local function add_classes(parts, module, source_of)
  local sources = CLASSES_OF[module] or {}
  for _, source in ipairs(wording.sorted_keys(sources)) do
    parts[#parts + 1] = annotations.definitions(source, source_of, sources[source])
  end
end

--- @param names string[] what is wanted of it; all where there is none
local function module_file(module, names, source_of)
  local parts = { "---@meta " .. module }
  add_classes(parts, module, source_of)
  parts[#parts + 1] = ("---@class %s\n%slocal M = {}"):format(module, OVERLOADS[module] or "")
  parts[#parts + 1] = annotations.definitions(module, source_of, #names > 0 and names or nil)
  parts[#parts + 1] = "return M\n"
  return table.concat(parts, "\n\n")
end

local function main_file(source_of)
  local parts = { "---@meta lofty", code_fields() }
  add_classes(parts, "lofty", source_of)
  local fields = member_fields(parts)
  parts[#parts + 1] = REST
  parts[#parts + 1] = ("---@class lofty\n%s\n%s\nlocal lofty = {}"):format(fields, FIELDS)
  parts[#parts + 1] = FUNCTIONS
  parts[#parts + 1] = renamed(annotations.definitions("lofty", source_of), "lofty")
  parts[#parts + 1] = "return lofty\n"
  return table.concat(parts, "\n\n")
end

--- The settings of the language server. What a reply may lack is no mistake where it is passed on: calls are checked.
---@return string JSON
function M.settings()
  return '{\n  "runtime.version": "Lua 5.4",\n  "workspace.library": ["' .. LIBRARY .. '"],\n'
    .. '  "workspace.checkThirdParty": false,\n  "type.weakNilCheck": true\n}\n'
end

--- The modules that are no operations': those that scripts require and the members of `lofty`; `lofty` itself last.
---@return { name: string, is_member: boolean }[]
function M.modules()
  local list = {}
  for _, name in ipairs(wording.sorted_keys(MODULES)) do list[#list + 1] = { name = name, is_member = false } end
  for _, name in ipairs(wording.sorted_keys(MEMBERS)) do list[#list + 1] = { name = name, is_member = true } end
  list[#list + 1] = { name = "lofty", is_member = false }
  return list
end

--- The definitions of one of them.
---@param module string
---@param source_of fun(module: string): string|nil the source of an embedded module
---@return string Lua
function M.module(module, source_of)
  if module == "lofty" then return main_file(source_of) end
  return module_file(module, MODULES[module] or MEMBERS[module], source_of)
end

--- Every file that an editor needs, by its path.
---@param source_of fun(module: string): string|nil the source of an embedded module
---@return table<string, string> files path below the opened folder -> content
function M.files(source_of)
  local files = { [".luarc.json"] = M.settings() }
  for _, resource in ipairs(operations.resources) do
    files[("%s/lofty/operations/%s.lua"):format(LIBRARY, resource)] = definitions.resource(resource)
  end
  for _, module in ipairs(M.modules()) do
    files[("%s/%s.lua"):format(LIBRARY, module.name:gsub("%.", "/"))] = M.module(module.name, source_of)
  end
  return files
end

--- Whether a settings file that is there already names the library; nothing else is looked at.
---@param text string the user's .luarc.json
---@return boolean
function M.is_set_up(text)
  local settings = json.decode((("\n" .. text):gsub("\n%s*//[^\n]*", "\n")))
  local library = type(settings) == "table" and (settings["workspace.library"] or settings["Lua.workspace.library"]
    or type(settings.workspace) == "table" and settings.workspace.library)
  for _, path in ipairs(type(library) == "table" and library or {}) do
    if path == LIBRARY then return true end
  end
  return false
end

return M
