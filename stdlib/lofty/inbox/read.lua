--- Reads the body of a webhook: what its events are. Lofty sends no name of an event; the name of the array that an
--- entry stands in says what has happened. A body of any other shape is not guessed at: it is kept whole, with the
--- reason. Runs in a state of its own, with bounded memory (runtime/host/webhook_reader.c).
local json = require "native.json"
local lists = require "lofty.inbox.lists"

local M = {}

local MAX_DEPTH = 32
local MOST_EVENTS = 10000 -- Lofty sends 5,000 at once at most
local LONGEST_NAME, LONGEST_ID = 64, 64
local TIMES = { "updateTime", "createTime", "deleteTime", "finishTime", "updatedAt", "createdAt", "time", "timestamp" }
local VERBS = { new = "created", created = "created", added = "created", updated = "updated", changed = "updated",
  edited = "updated", modified = "updated", deleted = "deleted", removed = "deleted", finished = "finished",
  completed = "finished" }
-- What happens to a thing at most once is told from another of its kind without a time.
local ONCE = { created = true, deleted = true }

local math_type = math.type
local options = { max_depth = MAX_DEPTH }

--- "updatedLead" -> "updated", "leadDeleted" -> "deleted", "mergedLead" -> "merged", "leads" -> nil.
local function verb_of(array)
  local first, last = array:match("^%l+"), array:match("%u%l+$")
  for _, word in ipairs { first or "", (last or ""):lower() } do
    if VERBS[word] then return VERBS[word] end
    if #word > 3 and word:sub(-2) == "ed" then return word end
  end
end

--- What an id, or a time that is no number, is written as; nil where it is nothing that tells one thing from another.
local function plain(value)
  if math_type(value) == "integer" then return tostring(value) end
  if type(value) == "string" and #value > 0 and #value <= LONGEST_ID and not value:find("[^%w%-_.:+]") then return value end
end

local function integer(value)
  return math_type(value) == "integer" and value or type(value) == "string" and #value < 20 and
    value:find("^%d+$") and math.tointeger(tonumber(value)) or nil
end

--- A number of milliseconds, of seconds, or one of the texts that Lofty writes elsewhere; nil where it says no moment.
local function milliseconds(value)
  local ms = integer(value)
  if not ms then return type(value) == "string" and require("lofty.time.reading").parse(value) or nil end
  return ms > 1000000000 and ms < 100000000000 and ms * 1000 or ms
end

--- The time of what has happened, as it was written, and in milliseconds since 1970 where it can be read.
local function time_of(entry)
  for index = 1, #TIMES do
    local value = entry[TIMES[index]]
    -- Some of Lofty's times have a blank between date and time, which would end a word of the key.
    local written = value ~= nil and plain(type(value) == "string" and value:gsub(" ", "_") or value)
    if written then
      return written, milliseconds(value)
    end
  end
end

local function thing_of(entry, list)
  for _, name in ipairs(list.ids) do
    local id = entry[name] ~= nil and plain(entry[name])
    if id then return id end
  end
  return entry.id ~= nil and plain(entry.id) or nil
end

--- All members of an entry that has no id of its own, in order; nil where they do not tell it from others.
local function members_of(entry)
  local parts = {}
  for name, value in pairs(entry) do
    local written = plain(value)
    if not written or not plain(name) then return nil end
    parts[#parts + 1] = name .. "=" .. written
  end
  table.sort(parts)
  return table.concat(parts, ";")
end

--- The key by which the same event is known again, or nil.
local function key_of(entry, prefix, thing, time, verb)
  if thing and time then return prefix .. thing .. " " .. time end
  if thing and ONCE[verb] then return prefix .. thing end
  local members = not thing and time and members_of(entry)
  return members and prefix .. members or nil
end

--- An entry as JSON. Most hold a few integers, which need no encoder.
local function raw_of(entry)
  local parts, count = {}, 0
  for name, value in next, entry do
    if math_type(value) ~= "integer" or name:find("%W") then return (json.encode(entry)) end
    count = count + 1
    parts[count] = '"' .. name .. '":' .. value
  end
  if count > 1 then table.sort(parts) end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- Adds the events of one array to `events`. Returns why that is not possible.
local function add_array(events, array, entries, list, prefix)
  local verb = verb_of(array) or list.verb
  local name = list.kind .. "." .. verb
  prefix = prefix .. array .. " "
  local n = #events
  for position = 1, #entries do
    local entry = entries[position]
    if type(entry) ~= "table" or json.is_array(entry) then return "an entry of " .. array .. " is no object" end
    local thing, raw = thing_of(entry, list), raw_of(entry)
    local time, ms = time_of(entry)
    if not raw then return "an entry of " .. array .. " cannot be written" end
    events[n + 1], events[n + 2], events[n + 3], events[n + 4] = name, array, position, thing or false
    events[n + 5], events[n + 6] = integer(entry.leadId) or false, ms or false
    events[n + 7], events[n + 8] = key_of(entry, prefix, thing, time, verb) or false, raw
    n = n + 8
  end
end

--- Whether a member stands in the text more often than once. JSON readers keep one of them and lose the others.
local function is_repeated(text, name)
  local written, count, place = '"' .. name .. '"', 0, 1
  while count < 2 do
    local _, last = text:find(written, place, true)
    if not last then break end
    if text:find("^%s*:", last + 1) then count = count + 1 end
    place = last + 1
  end
  return count ~= 1
end

--- Whether a name is written with escapes, under which a second member of that name would not be found.
local function has_escaped_name(text)
  return text:find("\\u", 1, true) ~= nil and text:find('"[%w_]*\\u[%w_\\]*"%s*:') ~= nil
end

--- The arrays of a body by name, in order. nil and why not.
local function arrays_of(text, body)
  local names, count = {}, 0
  if has_escaped_name(text) then return nil, "a name in it is written with escapes" end
  for name, value in pairs(body) do
    if json.is_array(value) then
      count = count + #value
      if #name > LONGEST_NAME or not name:find("^%a[%w_]*$") then return nil, "an array has a strange name" end
      if is_repeated(text, name) then return nil, name .. " stands in it more often than once" end
      names[#names + 1] = name
    elseif type(value) == "table" then
      return nil, ("%s is an object"):format(plain(name) or "a member")
    end
  end
  if count > MOST_EVENTS then return nil, ("it has more than %d events"):format(MOST_EVENTS) end
  table.sort(names)
  return names
end

--- What a body holds. The events come one behind the other, eight values each: name, array, place in it, id of what it
--- is about, lead, milliseconds since 1970, key, raw; false where there is none.
---@param text string
---@return any[]|nil events nil: it is of a shape that nobody knows
---@return integer|string|nil list_id or, without events, why
---@return integer|nil team_id
function M.read(text)
  local body, _, message = json.decode(text, options)
  if body == nil then return nil, message or "it is null" end
  if type(body) ~= "table" or json.is_array(body) then return nil, "it is no JSON object" end
  local list_id, team_id = integer(body.listId), integer(body.teamId)
  local list = lists[list_id]
  if not list then return nil, body.listId == nil and "it has no listId" or "its listId is not known" end
  local names, why = arrays_of(text, body)
  if not names then return nil, why end
  local events = {}
  local prefix = ("%d %s "):format(list_id, team_id or "-")
  for _, name in ipairs(names) do
    why = add_array(events, name, body[name], list, prefix)
    if why then return nil, why end
  end
  if #events == 0 then return nil, "it has no events" end
  return events, list_id, team_id
end

return M
