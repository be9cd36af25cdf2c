--- Which operation the words mean: its name (leads.list), or METHOD PATH as Lofty's documentation writes it.
local helpers = require "lofty.helpers"
local nearest = require("native.text").nearest
local operations = require "lofty.operations"
local percent_encode = require("native.text").percent_encode
local trigger = require "lofty.shell.trigger"
local usage = require "lofty.shell.usage"
local wording = require "lofty.wording"

local M = {}

---@class lofty.shell.Target
---@field row table the operation; for a path that nobody documents, one made up for it
---@field params string[] values of the path parameters, as text
---@field query lofty.shell.Pair[] from behind the path's "?"
---@field words string[] what is left of the words

local METHODS = { GET = true, POST = true, PUT = true, DELETE = true }

local function percent_decode(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Takes a query string apart: "+" is a blank there, but not in a path.
local function split_query(text)
  local pairs_found = {}
  for part in text:gmatch("[^&]+") do
    local name, value = part:match("^([^=]*)=(.*)$")
    if not name then name, value = part, "" end
    pairs_found[#pairs_found + 1] = {
      name = percent_decode((name:gsub("%+", " "))), text = percent_decode((value:gsub("%+", " "))),
    }
  end
  return pairs_found
end

local function segments_of(path)
  local segments = {}
  for segment in path:gmatch("/([^/]*)") do segments[#segments + 1] = segment end
  return segments
end

--- The values of a row's path parameters in `path`, and how many of its segments are fixed; nil where it is another.
local function match(row, segments)
  local wanted = segments_of(row.path)
  if #wanted ~= #segments then return nil end
  local values, fixed = {}, 0
  for index, segment in ipairs(wanted) do
    if segment:find("^{") then
      if segments[index] == "" then return nil end
      values[#values + 1] = percent_decode(segments[index])
    elseif segment == percent_decode(segments[index]) then
      fixed = fixed + 1
    else
      return nil
    end
  end
  return values, fixed
end

--- All rows whose path it is, those with the most fixed segments: leads/assignee is no lead named assignee.
local function rows_of(path)
  local found, most = {}, 0
  local segments = segments_of(path)
  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    local values, fixed = match(row, segments)
    if values and fixed > most then found, most = {}, fixed end
    if values and fixed == most then found[#found + 1] = { row = row, params = values } end
  end
  return found
end

--- A path without what differs from call to call, so that nearest compares what was meant to be the same.
local function shape_of(path)
  return (path:gsub("{[^}]*}", "{}"):gsub("/%d+%f[/\0]", "/{}"))
end

local function nearest_path(method, path)
  local shapes, by_shape = {}, {}
  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    local shape = shape_of(row.path)
    if not by_shape[shape] then shapes[#shapes + 1] = shape end
    if not by_shape[shape] or row.method == method then by_shape[shape] = row end
  end
  local shape = nearest(shape_of(path), shapes)
  return shape and by_shape[shape]
end

local function unknown_path(method, path)
  local row = nearest_path(method, path)
  local meant = row and ("; did you mean %s %s (%s)?"):format(row.method, row.path, row.name) or ""
  usage.fail(("no documented operation has the path %s%s"):format(path, meant),
    "loftyrun help lists what there is; --unchecked sends it all the same")
end

local function wrong_method(method, path, found)
  local known = {}
  for index, entry in ipairs(found) do known[index] = ("%s (%s)"):format(entry.row.method, entry.row.name) end
  usage.fail(("%s does not go with %s; there is %s"):format(method, path, wording.listed(known, "and")))
end

--- A row for a path that nobody documents. Each segment is written as it was meant, whatever stands in it.
local function made_up(method, path)
  if not METHODS[method] then
    usage.fail(("%s is no method that Lofty uses; there are GET, POST, PUT and DELETE"):format(method))
  end
  local written = path:gsub("[^/]+", function(segment) return percent_encode(percent_decode(segment)) end)
  local row = { name = method .. " " .. path, method = method, path = written, undocumented = true }
  if method == "GET" or method == "DELETE" then row.query = {} end
  return row
end

local function by_path(method, written, unchecked)
  if written:find("^https?://") then
    usage.fail(("write the path alone: %s %s"):format(method, written:match("^https?://[^/]*(/.*)$") or "/v1.0/..."))
  end
  local path, query = written:match("^([^?]*)%??(.*)$")
  local found = rows_of(path)
  local target = { query = split_query(query) }
  for _, entry in ipairs(found) do
    if entry.row.method == method then target.row, target.params = entry.row, entry.params end
  end
  if target.row then return target end
  if not unchecked then
    return #found > 0 and wrong_method(method, path, found) or unknown_path(method, path)
  end
  target.row, target.params = made_up(method, path), {}
  return target
end

local function is_helper(name)
  local resource, verb = name:match("^(.+)%.([^.]+)$")
  for _, known in ipairs(operations.resources) do
    if known == resource then return helpers.rows(resource)[verb] ~= nil end
  end
  return false
end

--- What a name that is no operation's may be: a helper's, an iterator's, a resource's, a slip.
local function unknown_name(name, near)
  if is_helper(name) then
    usage.fail(("%s is for scripts; from the shell: loftyrun -e 'lofty.%s(...)'"):format(name, name),
      "loftyrun help " .. name)
  end
  local resource, verb = name:match("^(.+)%.each_?([^.]*)$")
  local list = resource and (operations.find(resource .. "." .. (verb == "" and "list" or "list_" .. verb))
    or operations.find(resource .. "." .. verb))
  if list then usage.fail(("%s is for scripts; here it is: loftyrun api %s --all"):format(name, list.name)) end
  for _, known in ipairs(operations.resources) do
    if known == name then
      usage.fail(("%s is a resource, not an operation; it has %s"):format(name,
        table.concat(wording.sorted_keys(operations.rows(name)), ", ")), "loftyrun help " .. name)
    end
  end
  usage.fail(("no operation is named %s%s"):format(wording.quoted(name),
    near and ("; did you mean %s?"):format(wording.quoted(near)) or ""), "loftyrun help")
end

local function by_name(word)
  local name = word:gsub("^lofty%.", "")
  if name:find("/", 1, true) then
    usage.fail(("write the method before the path: loftyrun api GET %s"):format(name))
  end
  local row, near = operations.find(name)
  if not row then return unknown_name(name, near) end
  return { row = row, query = {} }
end

--- Finds the operation. Ends the run with exit code 2 where there is none.
---@param words string[] at least one
---@param unchecked boolean|nil a path need not be a documented one
---@return lofty.shell.Target params is nil where they are still among the words
function M.find(words, unchecked)
  if words[1] == trigger.NAME then return trigger.target(words) end
  local method = words[1]:upper()
  local target
  if METHODS[method] or words[2] and words[2]:find("^/") and words[1]:find("^%a+$") then
    if not words[2] then usage.fail(("%s needs a path, such as %s /v1.0/leads"):format(method, method)) end
    if not words[2]:find("/", 1, true) then
      usage.fail(("%s needs a path; an operation's name stands alone: loftyrun api %s"):format(method, words[2]))
    end
    target = by_path(method, words[2], unchecked)
    target.words = table.move(words, 3, #words, 1, {})
  else
    target = by_name(words[1])
    target.words = table.move(words, 2, #words, 1, {})
  end
  return target
end

return M
