--- What passed between agents and leads: calls, texts, e-mails, and the manual logs of them, in one space of ids, the
--- communication ids. An entry's `kind` is call, text or email; its `way` is Auto, Manual or Logged.

local M = {}

-- What webhooks tell of: listId and the member with the legacy id, which is not interchangeable with the timeline's.
local TOLD = { call = { 6, "callId" }, email = { 7, "emailId" }, text = { 8, "textId" } }

--- An empty history, as `store.communications`.
---@return table
function M.new()
  return { list = {}, by_id = {}, by_lead = {} }
end

--- Adds an entry, which must be the latest so far; `time` and `created` are filled in when absent.
---@param store table
---@param entry table kind, way, leadId, agentId, direction and what the kind needs
---@return table entry with its id
function M.add(store, entry)
  local history, now = store.communications, store.now()
  entry.id = store:next_id("communication")
  entry.time, entry.created = entry.time or now, entry.created or now
  history.list[#history.list + 1] = entry
  history.by_id[entry.id] = entry
  history.by_lead[entry.leadId] = history.by_lead[entry.leadId] or {}
  table.insert(history.by_lead[entry.leadId], entry)
  if store.changes and entry.way ~= "Auto" then
    local list_id, legacy = table.unpack(TOLD[entry.kind])
    store:happen(list_id, "created",
      { timelineId = entry.id, [legacy] = store:next_id("legacy_message"), leadId = entry.leadId })
  end
  return entry
end

--- The entry with this id, settled or not; nil for none and for a deleted one.
---@param store table
---@param id integer
---@return table|nil
function M.find(store, id)
  local entry = store.communications.by_id[id]
  return entry and not entry.deleted and entry or nil
end

local function select(store, entries, wanted)
  local found = {}
  for _, entry in ipairs(entries) do
    if not entry.deleted and store:is_settled(entry.created) and wanted(entry) then
      found[#found + 1] = entry
    end
  end
  return found
end

--- Entries of a lead, oldest first.
---@param store table
---@param lead_id integer
---@param wanted fun(entry: table): boolean
---@return table[]
function M.of_lead(store, lead_id, wanted)
  return select(store, store.communications.by_lead[lead_id] or {}, wanted)
end

--- Entries of all leads between two moments, both included, oldest first.
---@param store table
---@param from integer epoch milliseconds
---@param to integer epoch milliseconds
---@param wanted fun(entry: table): boolean
---@return table[]
function M.between(store, from, to, wanted)
  return select(store, store.communications.list, function(entry)
    return entry.time >= from and entry.time <= to and wanted(entry)
  end)
end

--- The items of a list from an offset on.
---@param entries table[]
---@param offset integer at least 0
---@param limit integer at least 1
---@return table[]
function M.slice(entries, offset, limit)
  local first = math.min(offset, #entries)
  return table.move(entries, first + 1, first + math.min(limit, #entries - first), 1, {})
end

return M
