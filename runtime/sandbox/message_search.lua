--- The two searches for what an agent, or with teamView the whole team, said in a stretch of time.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local times = require "sandbox.times"
local params = require "sandbox.params"
local account = require "sandbox.account"
local access = require "sandbox.access"
local history = require "sandbox.history"
local view = require "sandbox.history_view"

local M = {}

local KINDS = { CALL = "call", TEXT = "text", EMAIL = "email", ALL = "all" }
local MAX_LIMIT = 1000

-- The entries asked for, oldest first (the order is not documented).
local function find(store, request, wish, longest)
  wire.demand(KINDS[wish.type or ""] and wish.from and wish.to, "INVALID_PARAMETER")
  -- Compared before subtracting: the moments may be anything.
  wire.demand(wish.from >= 0 and wish.from <= wish.to and wish.to - wish.from <= longest, "INVALID_PARAMETER")
  wire.demand(wish.limit >= 1 and wish.limit <= MAX_LIMIT, "INVALID_PARAMETER")
  wire.demand(not (wish.team and request.limited), "ACCESS_ALL_TEAM_LEADS")
  local kind, caller = KINDS[wish.type], account.caller.user_id
  return history.between(store, wish.from, wish.to, function(entry)
    return (kind == "all" or entry.kind == kind) and (wish.team or entry.agentId == caller)
      and access.may_see(store, entry.leadId)
  end)
end

local function show(entries)
  local items = json.array({})
  for i, entry in ipairs(entries) do
    items[i] = view.communication(entry)
  end
  return items
end

--- POST /v1.0/agent/communication: at most 24 hours, by offset. The total that the text promises is not in the reply.
function M.by_offset(store, request)
  local body = request.body
  local wish = {
    type = params.field_text(body, "type"), from = params.field_integer(body, "startTime"),
    to = params.field_integer(body, "endTime"), limit = params.field_integer(body, "limit") or 10,
    team = params.field_boolean(body, "teamView"),
  }
  local offset = params.field_integer(body, "offset") or 0
  wire.demand(offset >= 0, "INVALID_PARAMETER")
  local entries = find(store, request, wish, times.DAY)
  local items = history.slice(entries, offset, wish.limit)
  return {
    offset = offset, limit = wish.limit, pageData = show(items),
    hasMore = offset < #entries and offset + #items < #entries,
  }
end

-- A cursor is the id of the last entry shown, wrapped so that nobody takes it for one.
local function write_cursor(entry)
  return codec.base64_encode("after:" .. entry.id)
end

local function read_cursor(text)
  local plain = codec.base64_decode(text)
  local id = plain and plain:match("^after:(%d+)$")
  return params.parse_integer(wire.demand(id, "INVALID_PARAMETER"))
end

--- GET /v2.0/communication/agent: at most 90 days, by cursor. A full page has a next cursor even when nothing follows,
--- so the last page may be empty. At the end nextCursor is left out: its text says null, its type does not allow it.
function M.by_cursor(store, request)
  local query = request.query
  local wish = {
    type = params.text(query, "type") or "ALL", from = params.integer(query, "startTime"),
    to = params.integer(query, "endTime"), limit = params.integer(query, "limit", 100),
    team = params.boolean(query, "teamView", false),
  }
  local cursor = params.text(query, "cursor")
  local after = cursor and read_cursor(cursor) or 0
  local entries = find(store, request, wish, 90 * times.DAY)
  local page = {}
  for _, entry in ipairs(entries) do
    if entry.id > after and #page < wish.limit then
      page[#page + 1] = entry
    end
  end
  local is_full = #page == wish.limit
  return {
    data = show(page), nextCursor = is_full and write_cursor(page[#page]) or nil, hasMore = is_full,
    limit = wish.limit, totalCount = #entries,
  }
end

return M
