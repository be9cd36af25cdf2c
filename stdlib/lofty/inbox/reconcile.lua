--- `loftyrun inbox reconcile`: what has changed in the account, and what of it was never delivered. That becomes events
--- of the inbox, marked `reconciled` (runtime/core/inbox_reconcile.h says what counts as delivered).
---
--- Lofty has no list of what has changed since a moment, and none that is sorted by it. New leads come first in the list
--- sorted by CreateTime, which takes a call or two. For changed ones the whole list is read, for tasks and appointments
--- those of this user and, as far as Lofty lets this user ask, of those to whom leads are assigned. A look at all is
--- made so seldom that it does not take more than 300 calls an hour.
---
--- Only what is wanted is asked for: what a daemon's handlers take, or else the team's subscriptions. How far a look has
--- got is kept when all its events are on the disk. What is new for ten minutes only is left to Lofty, whose deliveries
--- take up to five, and each change is looked at in two looks: so neither clocks that differ by some minutes, nor a list
--- that changes while it is read, have anything passed over.
local clock = require "native.clock"
local json = require "native.json"
local log = require "native.log"
local lofty = require "lofty"
local native = require "native.inbox"
local read = require "lofty.inbox.read"
local store = require "lofty.store"
local time = require "lofty.time"

local M = {}

local MINUTE = 60 * 1000
local GRACE, SLACK = 10 * MINUTE, 10 * MINUTE
local CALL_EVERY, PAGE, SECOND, MOST_USERS, DURABLE = 12 * 1000, 100, 1000, 1000, true
local LEADS, TASKS, APPOINTMENTS = 2, 10, 11
local EXIT_CODES, TEMPORARY = { auth = 3, permission = 4, validation = 4, not_found = 4 }, 5
local WHAT = "inbox.reconcile"

local function space() return "reconcile " .. store.account() end

local function get(key)
  local text = store.ask(WHAT, "get", space(), key)
  return text and (json.decode(text))
end

--- A dry run keeps nothing, and has no plan of it either.
local function put(values)
  local list = {}
  if lofty.dry_run then return end
  for key, value in pairs(values) do list[#list + 1], list[#list + 2] = key, json.encode(value) end
  store.ask(WHAT, "put_all", space(), list, DURABLE)
end

local function ask(method, ...) return store.given(WHAT, native[method](...)) end

--- A moment as Lofty writes it; nil where that cannot be read.
local function moment(text)
  if type(text) ~= "string" or text == "" then return nil end
  local fine, ms = pcall(time.parse, text)
  return fine and ms or nil
end

--- Whether a handler of one of these patterns, or one who has subscribed to that list, wants such events.
local function wanted_by(patterns, lists, kind, verb, list)
  if #patterns == 0 then return lists[list] or false end
  for _, pattern in ipairs(patterns) do
    if pattern == "*" or pattern == kind .. ".*" or pattern == kind .. "." .. verb then return true end
  end
  return false
end

local function find_wanted()
  local patterns, lists = ask("patterns", store.account()), {}
  if #patterns == 0 then
    for _, webhook in ipairs(lofty.webhooks.list()) do lists[webhook.listId] = true end
  end
  local wanted = {}
  for list, kind in pairs { [LEADS] = "lead", [TASKS] = "task", [APPOINTMENTS] = "appointment" } do
    for _, verb in ipairs { "created", "updated", "finished" } do
      wanted[kind .. "." .. verb] = wanted_by(patterns, lists, kind, verb, list)
    end
  end
  return wanted
end

---@class lofty.inbox.Pass one look at what is wanted
---@field wanted table<string, boolean> by the names of events
---@field till integer what changed later is not looked at yet
---@field made table<string, integer> events by name
---@field from integer|nil a person wants it from then on
---@field users table<integer, boolean> to whom leads are assigned

--- Puts an entry into `lists` as a webhook would have it.
local function add(pass, lists, list, kind, verb, at, ids)
  if not at or at < pass.start or at > pass.till or not pass.wanted[kind .. "." .. verb] then return end
  local body = lists[list] or { listId = list, teamId = ids.teamId }
  lists[list] = body
  local array = verb .. kind:gsub("^%l", string.upper)
  local entry = { updateTime = at }
  for name, id in pairs(ids) do entry[name] = name ~= "teamId" and id or nil end
  body[array] = body[array] or json.array {}
  table.insert(body[array], entry)
end

--- Has those of a page kept that were never delivered: one transaction for each list.
local function keep(pass, lists)
  for _, body in pairs(lists) do
    local events, list_id, team_id = read.read(json.encode(body))
    if not events then store.fail(WHAT, "INVALID_RESPONSE", "a page of the account cannot be written as events") end
    local made = ask("reconcile", { account = store.account(), list_id = list_id, team_id = team_id }, events)
    for index, is_new in ipairs(made) do
      local name = events[(index - 1) * 8 + 1]
      if is_new then pass.made[name], pass.count = (pass.made[name] or 0) + 1, pass.count + 1 end
    end
  end
end

--- Takes what a lead shows of its changes. Returns when it was created.
local function take_lead(pass, lists, lead)
  local created, updated = moment(lead.createTime), moment(lead.lastUpdateTime)
  pass.leads = pass.leads + 1
  if not created and not updated then pass.timeless = pass.timeless + 1 end
  local ids = { leadId = lead.leadId, teamId = lead.teamId }
  add(pass, lists, LEADS, "lead", "created", created, ids)
  local is_told = created and updated and updated - created < SECOND
  if not is_told then add(pass, lists, LEADS, "lead", "updated", updated, ids) end
  return created
end

local function take_task(pass, lists, task)
  local list, kind = TASKS, "task"
  local ids = { taskId = task.id, leadId = task.leadId, teamId = task.teamId }
  if task.type == "Appointment" then
    list, kind = APPOINTMENTS, "appointment"
    ids.appointmentId = task.id
  end
  local created, updated = moment(task.createTime), moment(task.lastUpdate)
  local finished = task.finishFlag and moment(task.finishTime) or nil
  pass.tasks = pass.tasks + 1
  if not created and not updated then pass.timeless = pass.timeless + 1 end
  add(pass, lists, list, kind, "created", created, ids)
  add(pass, lists, list, kind, "finished", finished, ids)
  local is_told = created and updated and updated - created < SECOND
    or finished and updated and math.abs(updated - finished) < SECOND
  if not is_told then add(pass, lists, list, kind, "updated", updated, ids) end
end

--- New leads. False where they do not come in their order: then all are to be read.
local function look_at_new(pass)
  local offset, last = 0, math.huge
  while true do
    local page, lists = lofty.leads.list { sort = "CreateTime", desc = true, limit = PAGE, offset = offset }, {}
    pass.calls = pass.calls + 1
    for _, lead in ipairs(page) do
      local created = take_lead(pass, lists, lead)
      if not created or created > last then return false end
      last = created
    end
    keep(pass, lists)
    if #page == 0 or last < pass.start then return true end
    offset = offset + #page
  end
end

local function look_at_leads(pass)
  for page in lofty.leads.each({}):pages() do
    local lists = {}
    pass.calls = pass.calls + 1
    for _, lead in ipairs(page) do
      take_lead(pass, lists, lead)
      local user = lead.assignedUserId
      if math.type(user) == "integer" and user > 0 and pass.user_count < MOST_USERS and not pass.users[user] then
        pass.users[user], pass.user_count = true, pass.user_count + 1
      end
    end
    keep(pass, lists)
  end
end

local function look_at_tasks_of(pass, filters)
  for page in lofty.tasks.each_mine(filters):pages() do
    local lists = {}
    pass.calls = pass.calls + 1
    for _, task in ipairs(page) do take_task(pass, lists, task) end
    keep(pass, lists)
  end
end

--- This user's, and those of others as far as this user may see them.
local function look_at_tasks(pass)
  look_at_tasks_of(pass, { timeZoneCode = "UTC" })
  for user in pairs(pass.users) do
    local _, err = lofty.try(look_at_tasks_of, pass, { userId = user, timeZoneCode = "UTC" })
    if err and err.category == "permission" then
      pass.refused = pass.refused + 1
    elseif err then
      error(err, 0)
    end
  end
end

--- From when on a look has to compare. What the inbox has forgotten it cannot tell from what was never delivered.
local function start_of(pass, name, begun)
  if pass.from then return pass.from end
  local known = get(name) or { since = begun, before = begun }
  local start = math.max(math.min(known.before, known.since - SLACK), begun - SECOND)
  local forgotten = ask("forgotten")
  if start < forgotten then
    if known.since < forgotten then
      log.write("warn", "the inbox has forgotten events; what was not delivered before that cannot be told",
        { before = time.iso(forgotten) })
    end
    start = forgotten
  end
  return start
end

--- Where a look has got to.
local function move(pass, name, begun)
  local known = get(name)
  put { [name] = { since = math.max(pass.till, begun), before = known and known.since or begun } }
end

--- Makes one look. What fails leaves its position where it was, and the other looks go on.
local function look(pass, begun, names, f)
  pass.start = math.maxinteger
  for _, name in ipairs(names) do pass.start = math.min(pass.start, start_of(pass, name, begun)) end
  local results = table.pack(lofty.try(f, pass))
  local err = results[1] == nil and results[2]
  if err then
    pass.failure = pass.failure or err
    return nil
  end
  for _, name in ipairs(names) do move(pass, name, begun) end
  return results[1]
end

local function look_at_all(pass, begun, due, now)
  local wanted = pass.wanted
  local all = not due or now >= (get("complete_after") or 0)
  local wants_tasks = wanted["task.created"] or wanted["task.updated"] or wanted["task.finished"]
    or wanted["appointment.created"] or wanted["appointment.updated"] or wanted["appointment.finished"]
  if wanted["lead.updated"] and all then
    look(pass, begun, { "created", "changed" }, function() return look_at_leads(pass) or true end)
  elseif wanted["lead.created"] and look(pass, begun, { "created" }, look_at_new) == false then
    look(pass, begun, { "created" }, function() return look_at_leads(pass) or true end)
  end
  if wants_tasks and all then look(pass, begun, { "tasks" }, function() return look_at_tasks(pass) or true end) end
  -- What nobody has wanted so far has no past once somebody does.
  if not wanted["lead.created"] then move(pass, "created", begun) end
  if not wanted["lead.updated"] then move(pass, "changed", begun) end
  if not wants_tasks then move(pass, "tasks", begun) end
  if not pass.failure then
    put { looked = now, complete_after = all and clock.now() + pass.calls * CALL_EVERY or nil }
  end
end

local function tell(pass, due)
  local parts = {}
  for name, count in pairs(pass.made) do parts[#parts + 1] = ("%s %d"):format(name, count) end
  table.sort(parts)
  if pass.timeless > 0 then
    log.write("warn", "of some Lofty says no time of change; these are not compared", { count = pass.timeless })
  end
  if pass.refused > 0 then
    log.write(due and "debug" or "info", "tasks of these other users cannot be read with this credential",
      { users = pass.refused })
  end
  if due then
    log.write(pass.count > 0 and "warn" or "debug", "changes that were never delivered became events",
      { count = pass.count, names = table.concat(parts, ", ") })
  else
    print(("%s %d events%s; looked at %d leads and %d tasks"):format(lofty.dry_run and "would make" or "made", pass.count,
      pass.count > 0 and ": " .. table.concat(parts, ", ") or "", pass.leads, pass.tasks))
  end
end

--- Compares the account with the inbox, once.
---@param options { from: integer|nil, due: boolean|nil } from when on; due: only what it is time for, as the daemon asks
function M.run(options)
  local now = clock.now()
  local begun = get "begun"
  if not begun and not options.from then
    put { begun = now, looked = now }
    if not options.due then print("the inbox is compared with the account from now on; --from INSTANT also looks back") end
    return
  end
  if not begun then put { begun = now } end
  local pass = { till = now - GRACE, from = options.from, made = {}, count = 0, leads = 0, tasks = 0, timeless = 0,
    refused = 0, calls = 0, users = {}, user_count = 0, wanted = find_wanted() }
  if options.from and options.from < ask("forgotten") then
    log.write("warn", "the inbox has forgotten events since then; what of these was delivered becomes events again")
  end
  look_at_all(pass, begun or now, options.due, now)
  tell(pass, options.due)
  if not pass.failure then return end
  if not options.due then error(pass.failure, 0) end
  log.write("error", "the account could not be compared with the inbox; that is tried again", {
    why = tostring(pass.failure) })
  os.exit(EXIT_CODES[pass.failure.category] or TEMPORARY)
end

return M
