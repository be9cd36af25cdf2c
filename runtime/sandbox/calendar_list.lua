--- The calendar's list: the caller's tasks and appointments in a span of time, page by page.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local account = require "sandbox.account"
local moments = require "sandbox.moments"
local calendar = require "sandbox.calendar"
local tasks = require "sandbox.task_store"
local view = require "sandbox.task_view"

local M = {}

local DEFAULT_SIZE, MAX_SIZE = 20, 500 -- the maximum is documented, the default is not

-- Nobody published these numbers; ours.
local SOURCE_TYPES = { TASK = 1, APPOINTMENT = 2 }

local function reply(store, task)
  local kind = calendar.kind(task)
  return {
    id = calendar.id(task), type = kind, taskId = task.id, sourceType = SOURCE_TYPES[kind], content = task.content,
    title = view.lead_name(store.leads:find(task.leadId)) .. " " .. task.type, finished = task.finished ~= nil,
    startAt = times.iso(task.startAt), endAt = times.iso(task.endAt), startAtMs = task.startAt, endAtMs = task.endAt,
    timeZoneCode = task.timeZoneCode, leadId = task.leadId,
  }
end

-- At least one bound must be given.
local function read_bounds(query)
  local from, to = moments.query(query, "startTime"), moments.query(query, "endTime")
  wire.demand((from or to) and (not from or not to or from <= to), "INVALID_PARAMETER")
  return from or math.mininteger, to or math.maxinteger
end

local function read_sources(query)
  local list = params.list(query, "sourceType")
  local sources = {}
  for _, text in ipairs(list or {}) do
    sources[params.parse_integer(text)] = true
  end
  return list and sources or nil
end

-- The caller's are those to do and those handed to others.
local function filter_of(store, query)
  local from, to = read_bounds(query)
  local lead_id, sources = params.integer(query, "leadId"), read_sources(query)
  local with_finished = params.boolean(query, "includeFinished", false)
  local caller = account.caller.user_id
  return function(task)
    return not task.deleted and (task.assignedUserId == caller or task.creatorId == caller)
      and task.endAt >= from and task.startAt <= to and (with_finished or not task.finished)
      and (not lead_id or task.leadId == lead_id) and (not sources or sources[SOURCE_TYPES[calendar.kind(task)]])
      and store.leads.is_visible(store.leads:find(task.leadId))
  end
end

-- By end when asked for endTime, by start otherwise: unknown fields are ignored.
local function sort(list, query)
  local field = params.text(query, "sort") == "endTime" and "endAt" or "startAt"
  local descending = params.boolean(query, "desc", true)
  table.sort(list, function(a, b)
    if not descending then
      a, b = b, a
    end
    return a[field] > b[field] or (a[field] == b[field] and a.id > b.id)
  end)
end

--- GET /v2.0/calendar. Times come in UTC; timeZoneCode is accepted and changes nothing.
function M.list(store, request)
  local query = request.query
  local page, size = params.integer(query, "page", 0), params.integer(query, "pageSize", DEFAULT_SIZE)
  wire.demand(page >= 0 and size >= 1 and size <= MAX_SIZE, "INVALID_PARAMETER")
  local list = tasks.collect(store, filter_of(store, query))
  sort(list, query)
  -- Bounded before multiplying: the number asked for may be anything.
  local first = math.min(page, #list) * size
  local items = json.array({})
  for i = first + 1, math.min(first + size, #list) do
    items[#items + 1] = reply(store, list[i])
  end
  return { data = { total = #list, page = page, pageSize = size, items = items } }
end

return M
