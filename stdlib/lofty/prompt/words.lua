--- What a word at the prompt may become: operations, fields, parameters' values, codes, stages and tags of the account,
--- what variables hold. Nothing here waits: what Lofty would have to be asked for comes from lofty.prompt.account, which
--- asks in the background.
local arrays = require "lofty.arrays"
local account = require "lofty.prompt.account"
local evaluate = require "lofty.prompt.evaluate"
local operations = require "lofty.operations"
local place_of = require("lofty.prompt.place").of

local M = {}

local KEYWORDS = { "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
  "nil", "not", "or", "repeat", "return", "then", "true", "until", "while" }

--- What comes of a set, sorted, that begins with a text. A private name of ours is offered to nobody.
local function beginning_with(set, text)
  local words = {}
  for name in pairs(set) do
    if type(name) == "string" and name:sub(1, #text) == text and name:sub(1, 2) ~= "__" then
      words[#words + 1] = name
    end
  end
  table.sort(words)
  return words
end

--- The verbs of a resource: operations, iterators and helpers.
local function verbs_of(resource)
  local set = {}
  for verb, row in pairs(operations.rows(resource)) do
    set[verb] = true
    if row.page then set[operations.each_name(verb)] = true end
  end
  return arrays.set(require("lofty.helpers.names")[resource] or {}, set)
end

local RESOURCES = arrays.set(operations.resources)

--- Members of the library behind a path such as "leads", "" or "v1"; nil where there is nothing of that name.
local function library(path)
  if RESOURCES[path] then return verbs_of(path) end
  local set, prefix = {}, path == "" and "" or path .. "."
  for _, resource in ipairs(operations.resources) do
    if resource:sub(1, #prefix) == prefix then set[resource:sub(#prefix + 1):match("^[^.]+")] = true end
  end
  if path == "code" then return arrays.set(require("lofty.catalogue").names()) end
  if path == "" then
    for name in next, require "lofty" do set[name] = true end
    for _, name in ipairs { "contact", "guard", "on", "quota", "state", "time" } do set[name] = true end
  end
  return next(set) and set or nil
end

--- A name's value: a local of the session, else a global; nothing is called for it.
local function value_of(scope, name)
  if scope.variables[name] then return evaluate.value(scope, name) end
  local value = rawget(scope.env, name)
  if value ~= nil then return value end
  return rawget(_G, name)
end

--- Names that a table or object has. Of an object with methods, those as well.
local function members_of(value)
  local set = {}
  if type(value) == "table" then
    for name in next, value do set[name] = true end
  end
  local meta = debug.getmetatable(value)
  local index = type(meta) == "table" and rawget(meta, "__index")
  if type(index) == "table" then
    for name in next, index do set[name] = true end
  end
  return set
end

--- The library's own table, also where it has another name.
local function path_in_library(value)
  if value == require "lofty" then return "" end
  local meta = debug.getmetatable(value)
  local name = type(meta) == "table" and rawget(meta, "__name")
  return type(name) == "string" and name:match("^lofty%.([%l%d_.]+)$")
end

--- What the names of a word lead to: a value, and its path in the library if it is in there.
local function follow(scope, head)
  local value, path
  for name in head:gmatch("[%a_][%w_]*") do
    if path then
      path = path == "" and name or path .. "." .. name
    else
      if value == nil then value = value_of(scope, name) else value = type(value) == "table" and rawget(value, name) or nil end
      if value == nil then return nil end
      path = path_in_library(value)
    end
  end
  return value, path
end

--- Whether there is more behind a member of the library.
local function is_namespace(path, name)
  local whole = path == "" and name or path .. "." .. name
  return whole == "code" or library(whole) ~= nil
end

--- What a word with dots or a colon goes on with.
local function members(scope, word)
  local head, separator, last = word:match("^(.*)([.:])([%w_]*)$")
  local value, path = follow(scope, head)
  if value == nil then return {}, #last, "" end
  local set = {}
  for name in pairs(path and library(path) or not path and members_of(value) or {}) do
    local member = type(value) == "table" and not path and rawget(value, name)
    local fits = type(name) == "string" and name:find("^[%a_][%w_]*$")
    if fits and (separator == "." or not member or type(member) == "function") then set[name] = true end
  end
  local words = beginning_with(set, last)
  return words, #last, #words == 1 and path and is_namespace(path, words[1]) and "." or ""
end

--- The operation that a call is of, or the one its iterator goes over; else the helper.
---@param scope lofty.prompt.Scope
---@param callee string|nil
---@return table|nil row
---@return table|nil helper
function M.operation(scope, callee)
  local first, rest = (callee or ""):match("^([%a_][%w_]*)%.(.+)$")
  local path = first and path_in_library(value_of(scope, first))
  if not path then return nil end
  local name = path == "" and rest or path .. "." .. rest
  local resource, verb = name:match("^(.+)%.([^.]+)$")
  if not RESOURCES[resource] then return nil end
  local rows = operations.rows(resource)
  if rows[verb] then return rows[verb] end
  for known, row in pairs(rows) do
    if row.page and operations.each_name(known) == verb then return row end
  end
  return nil, require("lofty.helpers").rows(resource)[verb]
end

--- The fields that may be written where the cursor is; `path` leads to there from the call's table.
---@param row table|nil
---@param helper table|nil
---@param path string[]
---@return table<string, table>|nil
function M.fields(row, helper, path)
  local spec = row and (row.body or row.query and { fields = row.query }) or helper and { fields = helper.fields }
  if spec and spec.type == "array" then spec = spec.of end
  for _, name in ipairs(path) do
    spec = spec and spec.fields and spec.fields[name]
    if spec and spec.type == "array" then spec = spec.of end
  end
  return spec and spec.fields
end

--- The specification of the value that is written at the cursor.
---@param row table|nil
---@param helper table|nil
---@param place lofty.prompt.Place
---@return table|nil
function M.value_spec(row, helper, place)
  if not place.key then return nil end
  local path = table.move(place.path, 1, #place.path, 1, {})
  if place.in_list then table.remove(path) end
  local fields = M.fields(row, helper, path)
  local spec = fields and fields[place.key]
  if not place.in_list then return spec end
  -- In the table of a field: an item of its list, or else a field of its own, which has no name yet.
  return spec and spec.type == "array" and spec.of and spec.of.type ~= "object" and spec.of or nil
end

local TAGS = { tags = true, tagsAdd = true, tagsRemove = true, tag = true, tagName = true }

--- What a text may be: a code, one of a field's values, a stage or a tag.
local function texts(scope, place)
  local before, call = place.before, place.call
  if before:find("code%s*[=~]=$") or call and call.callee and call.callee:find("[.:]is$") then
    return arrays.set(require("lofty.catalogue").names())
  end
  local row, helper
  if call then row, helper = M.operation(scope, call.callee) end
  local spec = M.value_spec(row, helper, place)
  if spec and spec.enum then return arrays.set(spec.enum) end
  if place.key == "stage" then return arrays.set(account.stages()) end
  if TAGS[place.key] or helper and helper.name:find("tags$") and place.is_table then return arrays.set(account.tags()) end
  return {}
end

local function names(scope, word)
  local set = arrays.set(KEYWORDS)
  for name in next, _G do set[name] = true end
  for name in next, scope.env do set[name] = true end
  return beginning_with(arrays.set(scope.names, set), word)
end

local function help_topics(word)
  local set = arrays.set(require("lofty.help").topics())
  return beginning_with(set, word)
end

--- Fields behind "{" or ","; behind "=" it is a value.
local function at_field(place)
  return place.is_table and place.before:find("[{,;]$") ~= nil
end

--- What the word before the cursor may become.
---@param scope lofty.prompt.Scope
---@param commands string[] ".help" and its like
---@param line string up to the cursor
---@return string[] words
---@return integer start how many characters stand before what they replace
---@return string closing what is put behind the only one
function M.complete(scope, commands, line)
  local topic = line:match("^%s*%?%s*([%w_.]*)$")
  if topic then return help_topics(topic), #line - #topic, "" end
  local command = line:match("^%s*(%.%a*)$")
  if command then return beginning_with(arrays.set(commands), command), #line - #command, " " end
  local place = place_of(line)
  if not place then return {}, #line, "" end
  if place.in_text then
    return beginning_with(texts(scope, place), place.word), place.start, place.quote == "[" and "" or place.quote
  end
  if place.word:find("[.:]") then
    local words, length, closing = members(scope, place.word)
    return words, #line - length, closing
  end
  if at_field(place) then
    local row, helper
    if place.call then row, helper = M.operation(scope, place.call.callee) end
    local fields = M.fields(row, helper, place.path)
    local words = fields and beginning_with(fields, place.word) or {}
    if #words > 0 then
      if #words == 1 then words[1] = words[1] .. " =" end
      return words, place.start, " "
    end
  end
  local words = names(scope, place.word)
  return words, place.start, #words == 1 and path_in_library(value_of(scope, words[1])) and "." or ""
end

return M
