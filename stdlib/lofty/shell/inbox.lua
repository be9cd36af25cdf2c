--- `loftyrun inbox`: the webhooks that were delivered and their events (runtime/core/inbox.h). Lines are made for 80
--- columns, and list shows names and ids only; what a delivery says about people is shown where it is asked for.
local arguments = require "lofty.shell.arguments"
local handler = require "lofty.inbox.handler"
local handlers = require "lofty.shell.handlers"
local json = require "native.json"
local lines = require "lofty.shell.lines"
local native = require "native.inbox"
local store = require "lofty.store"
local time = require "lofty.time"
local usage = require "lofty.shell.usage"
local width = require "lofty.shell.width"
local wording = require "lofty.wording"
local writer = require "lofty.shell.json"

local M = {}

local HINT = "loftyrun help inbox"
local EVENTS = 50
local STATES = { new = true, duplicate = true, unreadable = true, unhandled = true, dropped = true, waiting = true,
  running = true, failed = true, done = true, dead = true }
local FORMS = "say list [NAME=VALUE...], show ID, handlers, forget HANDLER, reconcile, or retry, replay or drop "
  .. "with ID... | NAME=VALUE..."

local function ask(method, ...) return store.given("inbox", native[method](...)) end

---@param what string
---@param word string
local function read_id(what, word)
  local id = word:find("^%d+$") and math.tointeger(tonumber(word))
  if not id or id == 0 then usage.fail(('%s is a number, got "%s"'):format(what, word), HINT) end
  return id
end

local function find_event(word)
  local event = ask("events", { id = read_id("an event", word) }, 0, 1)[1]
  return event or usage.fail(("there is no event %s; it may have been forgotten"):format(word), HINT)
end

--- A moment, or how long ago.
local function read_moment(name, value)
  local ago = value:find("^%d+%.?%d*%a") and usage.guard(HINT, time.duration, value)
  if ago then return require("native.clock").now() - ago end
  local fine, ms = pcall(time.parse, value)
  if not fine or not ms then
    usage.fail(('%s is a moment with its offset (2026-11-23T08:00:00+00:00) or how long ago (2h), got "%s"'):format(name,
      value), HINT)
  end
  return ms
end

local FILTERS = {
  name = function(_, value) return value end,
  state = function(_, value)
    if STATES[value] then return value end
    usage.fail(('there is no state "%s"%s'):format(value, wording.suggestion(value, STATES)), HINT)
  end,
  lead = read_id,
  since = read_moment,
  before = read_moment,
}

local function read_filter(words)
  local filter = {}
  for _, word in ipairs(words) do
    local name, value = word:match("^(%l+)=(.+)$")
    if not name then usage.fail(FORMS, HINT) end
    local read = FILTERS[name]
    if not read then
      usage.fail(("unknown filter %s%s"):format(name, wording.suggestion(name, FILTERS)), HINT)
    end
    if filter[name] then usage.fail(("%s is given twice; an event has one"):format(name), HINT) end
    filter[name] = read(name, value)
  end
  return filter
end

local function event_json(event)
  return { id = event.id, delivery = event.delivery, name = event.name, array = event.array_name,
    position = event.position > 0 and event.position or nil, list_id = event.list_id, team_id = event.team_id,
    thing = event.thing, lead = event.lead, happened = event.happened and time.iso(event.happened),
    received = time.iso(event.received), state = event.state, key = event.key, reconciled = event.reconciled,
    next_attempt = event.next_attempt and time.iso(event.next_attempt) }
end

local function list(options, words)
  local filter, most = read_filter(words), options.max or EVENTS
  local events = ask("events", filter, 0, most + 1)
  local more = #events > most
  events[most + 1] = nil
  if options.json then
    local all = json.array {}
    for index, event in ipairs(events) do all[index] = event_json(event) end
    print(writer.readable(all))
    return
  end
  if #events == 0 then
    local mistake = filter.name and filter.name ~= "unreadable" and handler.mistake_in(filter.name)
    print((next(filter) and "no such events" or "no events yet") .. (mistake and ": " .. mistake or ""))
    return
  end
  lines.put(width.pad("ID", 8, true), width.pad("RECEIVED", 19), width.pad("STATE", 10), width.pad("NAME", 20), "LEAD")
  for _, event in ipairs(events) do
    lines.put(width.pad(event.id .. (event.reconciled and "*" or ""), 8, true), lines.clock(event.received), width.pad(event.state, 10),
      width.pad(width.cut(width.tame(event.name), 20), 20), tostring(event.lead or ""),
      event.state == "failed" and "again " .. lines.clock(event.next_attempt):sub(6, 16) or "")
  end
  if more then print(("older ones: --max %d, or before=MOMENT"):format(most * 10)) end
  handlers.tell_idle()
end

--- A body as text, where it is some.
local function body_text(body)
  if utf8.len(body) then return body end
  return (body:gsub("[^\t\n\r\32-\126]", function(byte) return ("\\x%02x"):format(byte:byte()) end))
end

--- What handlers have made of an event.
local function works_json(event)
  local works = json.array {}
  local tries = ask("tries", event.id)
  for index, row in ipairs(ask("work", event.id)) do
    local failures = json.array {}
    for _, one in ipairs(tries) do
      if one.handler == row.handler then
        failures[#failures + 1] = { attempt = one.attempt, run = one.run, began = time.iso(one.began),
          ended = time.iso(one.ended), problem = one.problem }
      end
    end
    works[index] = { handler = row.handler, state = row.state, attempt = row.attempt, run = row.run,
      began = row.began and time.iso(row.began), ended = row.settled and time.iso(row.settled),
      next_attempt = row.state == "waiting" and time.iso(row.next_attempt) or nil,
      coalesced = row.coalesced > 0 and row.coalesced or nil, problem = row.problem, failures = failures }
  end
  return works
end

local function print_works(event)
  local tries = ask("tries", event.id)
  for _, row in ipairs(ask("work", event.id)) do
    local state = row.state
    if state == "waiting" and row.attempt > 0 then
      state = ("failed %d times, again %s"):format(row.attempt, time.iso(row.next_attempt, "local"))
    elseif state == "coalesced" then
      state = "a later event of the lead stood for it"
    elseif row.run then
      state = ("%s, attempt %d, run %d"):format(state, row.attempt, row.run)
    end
    lines.put(("handler %s: %s"):format(width.tame(row.handler), state))
    for _, one in ipairs(tries) do
      if one.handler == row.handler then
        print(("  %s attempt %d, run %d: %s"):format(lines.clock(one.ended), one.attempt, one.run, width.tame(one.problem)))
      end
    end
  end
end

local function print_head(event)
  lines.put(("event %d: %s, %s"):format(event.id, width.tame(event.name), event.state))
  lines.put(("received %s%s"):format(time.iso(event.received, "local"),
    event.happened and ", happened " .. time.iso(event.happened, "local") or ""))
  if event.reconciled then print("made by reconcile: Lofty had not delivered it") end
  if event.lead then lines.put(("lead %d"):format(event.lead)) end
  if event.thing then lines.put(("about %s"):format(width.tame(event.thing))) end
end

local function show(options, word)
  local event = find_event(word)
  local delivery = ask("delivery", event.delivery)
  local raw = event.raw and json.decode(event.raw, { keep_null = true })
  if options.json then
    local whole = event_json(event)
    whole.raw, whole.problem = raw, delivery and delivery.problem
    whole.account, whole.origin = delivery and delivery.account, delivery and delivery.origin
    whole.handlers = works_json(event)
    if delivery and not raw then whole.body = body_text(delivery.body) end
    print(writer.readable(whole))
    return
  end
  print_head(event)
  if delivery then
    lines.put(("in delivery %d from %s, for %s"):format(delivery.id, delivery.origin, width.tame(delivery.account)))
    if event.array_name then lines.put(("entry %d of %s"):format(event.position, event.array_name)) end
    if delivery.problem then print("it is kept whole: " .. width.tame(delivery.problem)) end
  end
  print_works(event)
  print(raw and writer.readable(raw) or delivery and width.tame(body_text(delivery.body)) or "")
end

--- What is decided about events, with what it has done and what is said where it has found none.
local DECISIONS = {
  drop = { "dropped %d", "no such event that nobody has dealt with" },
  retry = { "to be tried again: %d", "no such event that a handler has failed with" },
  replay = { "to be handled again: %d", "no such event that a handler takes" },
}

local function decide(verb, words)
  local count, decision = 0, DECISIONS[verb]
  if #words == 0 then usage.fail(("say which: %s ID..., or %s NAME=VALUE..."):format(verb, verb), HINT) end
  if words[1]:find("=", 1, true) then
    count = ask(verb, read_filter(words))
  else
    local ids = {}
    for index, word in ipairs(words) do ids[index] = find_event(word).id end
    for _, id in ipairs(ids) do count = count + ask(verb, { id = id }) end
  end
  print(decision[1]:format(count))
  if count == 0 then usage.say(decision[2] .. "; loftyrun inbox list shows what there is") end
end

--- Runs the command.
---@param ... string
function M.run(...)
  local options, words = arguments.plain(...)
  local verb = table.remove(words, 1) or "list"
  if verb == "list" then return list(options, words) end
  if verb == "show" and #words == 1 then return show(options, words[1]) end
  if DECISIONS[verb] then return decide(verb, words) end
  if verb == "handlers" and #words == 0 then return handlers.list(options) end
  if verb == "forget" and #words == 1 then return handlers.forget(words[1]) end
  if verb == "reconcile" and (#words == 0 or #words == 1 and words[1] == "due") then
    return require("lofty.inbox.reconcile").run { from = math.tointeger(tonumber(options.from)), due = words[1] == "due" }
  end
  usage.fail(FORMS, HINT)
end

return M
