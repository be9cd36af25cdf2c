#!/usr/bin/env loftyrun
-- Makes sure that Lofty delivers the events you want to your URL.
--
-- What is there already stays as it is; what is missing is created. Where the team has no subscription to spare
-- (WEBHOOK_EXCEED_LIMIT), nothing is taken from anybody: the script lists what exists and ends with exit code 1.
-- With --replace it removes a subscription that delivers to a host you name, and only then, one for each it needs.
--
-- loftyrun: allow delete_webhooks, at most 50 a run
--
-- Usage    loftyrun scripts/webhooks/subscribe.lua [options] URL EVENT...
--   URL             where to deliver; https only
--   EVENT           agent_info lead_info lead_activity listing_alert transaction call email text note task appointment
--                   pipeline_change, or their numbers 1 to 12
--   --replace HOST  nobody wants what is delivered to HOST: remove it when there is no room; may be repeated
--   --dedupe        remove subscriptions that deliver the same events to the same URL a second time
--   --preview       say what would be done and do nothing; whether there is room only shows when it is done
--   --help          print the usage
--
-- Example  loftyrun scripts/webhooks/subscribe.lua https://hooks.example.com/lofty/k3yq lead_info task
--          Lofty does not sign what it delivers: let a part of the URL be a secret.
-- Calls    reads webhooks.list; writes webhooks.create; with --replace or --dedupe also webhooks.delete.
--          Subscriptions are the team's: you see, and with these options may remove, those of your colleagues.
-- Again    A second run finds what it wants and does nothing. A run that was cut short is completed by the next one.
--          It is safe to run twice one after the other, but not two copies at once: each would create what the other
--          is creating. In a crontab: flock -n /tmp/subscribe loftyrun ... After creating it looks again, and names
--          what is there twice because somebody else made the same meanwhile.
-- Ends     0 all wanted subscriptions exist; 1 there is no room for them; 2 wrong usage; 3 no or bad credentials;
--          4 refused, or still no room after a removal; 5 Lofty unreachable or failing: run again later; 8 they exist,
--          but some removal was refused

local lofty = require "lofty"
local args = require "lofty.args"
local try, code = lofty.try, lofty.code

local EVENTS = { "agent_info", "lead_info", "lead_activity", "listing_alert", "transaction", "call", "email", "text",
  "note", "task", "appointment", "pipeline_change" }

local options = args.parse({
  purpose = "Makes sure that Lofty delivers these events to this URL. Removes nothing unless told to.",
  operands = {
    { name = "URL", format = "https-url", help = "where to deliver; https only" },
    { name = "EVENT", many = true, help = "name or number of an event, as below" },
  },
  options = {
    { name = "replace", value = "HOST", many = true, default = {},
      help = "remove what is delivered to HOST when there is no room; may be repeated" },
    { name = "dedupe", help = "remove subscriptions that deliver the same events to the same URL a second time" },
    { name = "preview", help = "say what would be done and do nothing" },
  },
  notes = "Events: 1 agent_info, 2 lead_info, 3 lead_activity, 4 listing_alert, 5 transaction, 6 call, 7 email,\n"
    .. "8 text, 9 note, 10 task, 11 appointment, 12 pipeline_change",
}, arg)

local count = { present = 0, created = 0, removed = 0, failed = 0 }
local created = {}

local function describe(hook)
  return ("%-16d  %-15s  %s"):format(hook.subscribeId, EVENTS[hook.listId] or "event " .. tostring(hook.listId),
    hook.callbackUrl)
end

local function host_of(url)
  return (url:match("^%a+://([^/:?#]+)") or ""):lower()
end

--- The hosts that --replace names, each as it stands in a URL.
local replaceable = {}
for _, host in ipairs(options.replace) do
  if host:find("[/%s]") then args.fail(('--replace takes a host such as old.example.com, got "%s"'):format(host)) end
  replaceable[host:lower()] = true
end

--- The numbers of the events named, each once.
local function wanted_events()
  local numbers, seen = {}, {}
  for _, word in ipairs(options.event) do
    local number = args.choose("EVENT", word, EVENTS)
    if not seen[number] then numbers[#numbers + 1], seen[number] = number, true end
  end
  return numbers
end

local function find(hooks, event)
  for _, hook in ipairs(hooks) do
    if hook.listId == event and hook.callbackUrl == options.url then return hook end
  end
end

--- Removes one subscription.
---@return "removed"|"gone"|nil outcome gone: somebody else removed it since the list was read; nil where it stays,
---   because it belongs to another application
local function remove(hook, why)
  if options.preview then
    print(("would remove    %s: %s"):format(describe(hook), why))
    return "removed"
  end
  local _, err = try(lofty.webhooks.delete, hook.subscribeId)
  if err and err:is(code.WEBHOOK_DELETE_NO_AUTHORITY) then
    count.failed = count.failed + 1
    lofty.failed("this subscription is not ours to remove", { subscription = hook.subscribeId, code = err.code })
    return nil
  elseif err and err:is(code.WEBHOOK_DELETE_NOT_EXIST) then
    print(("gone            %s: %s"):format(describe(hook), err.code))
    return "gone"
  elseif err then
    error(err, 0)
  end
  count.removed = count.removed + 1
  print(("removed         %s: %s"):format(describe(hook), why))
  return "removed"
end

--- Subscriptions that the list holds a second time, in front of which an equal one stands.
local function duplicates(hooks)
  local seen, found = {}, {}
  for _, hook in ipairs(hooks) do
    local key = ("%d %d %s"):format(hook.listId, hook.permissionMode or 0, hook.callbackUrl)
    if seen[key] then found[#found + 1] = hook end
    seen[key] = true
  end
  return found
end

--- Removes one subscription to a host that --replace names; nil where none is left.
local function make_room(hooks)
  for index, hook in ipairs(hooks) do
    local host = host_of(hook.callbackUrl)
    if replaceable[host] and hook.callbackUrl ~= options.url then
      table.remove(hooks, index)
      return remove(hook, "--replace " .. host) or make_room(hooks)
    end
  end
  return nil
end

--- There is no room: says what there is, and what to type, and ends.
local function give_up(err, hooks)
  io.stdout:flush()
  io.stderr:write(("%s: the team has all the subscriptions that Lofty allows:\n"):format(err.code))
  for _, hook in ipairs(hooks) do io.stderr:write("  ", describe(hook), "\n") end
  if next(replaceable) then
    io.stderr:write("None of them can be removed for --replace ", table.concat(options.replace, " --replace "), ".\n")
  end
  io.stderr:write("Choose a host whose deliveries nobody wants any more and type, with that host for HOST:\n",
    ("  loftyrun %s --replace HOST %s %s\n"):format(arg[0], options.url, table.concat(options.event, " ")))
  if #duplicates(hooks) > 0 then io.stderr:write("Or type --dedupe: some of them are there twice.\n") end
  os.exit(1)
end

--- Creates one subscription. Where nobody knows whether Lofty did it, the list tells; trying again could make two.
local function create(event)
  local _, err = try(lofty.webhooks.create, { listId = event, callbackUrl = options.url })
  if err and err.outcome == "unknown" then
    lofty.log.warn("no answer to the subscription; looking whether it exists", { event = EVENTS[event] })
    if find(lofty.webhooks.list(), event) then return nil end
  end
  return err
end

--- Creates one subscription, and removes one first where there is no room. Only one: where there is still no room after
--- that, the limit that was met is another one, and nobody's second subscription is to be lost to a wrong guess.
local function create_with_room(event, hooks)
  local removal
  local err = create(event)
  while err and err:is(code.WEBHOOK_EXCEED_LIMIT) and removal ~= "removed" do
    print(("no room         %s: %s"):format(EVENTS[event], err.code))
    removal = make_room(hooks)
    if not removal then give_up(err, lofty.webhooks.list()) end
    err = create(event)
  end
  if not err then return end
  if removal == "removed" then
    lofty.log.error("one subscription was removed and this one is refused all the same; nothing more is removed",
      { event = EVENTS[event] })
  end
  error(err, 0)
end

local function ensure(event, hooks)
  if find(hooks, event) then
    count.present = count.present + 1
    return print("present         " .. describe(find(hooks, event)))
  elseif options.preview then
    count.created = count.created + 1
    return print(("would create    %s  %s"):format(EVENTS[event], options.url))
  end
  create_with_room(event, hooks)
  count.created = count.created + 1
  created[event] = true
  print(("created         %s  %s"):format(EVENTS[event], options.url))
end

--- Somebody may have made the same as we did since the list was read; everything would be delivered twice.
local function name_twins()
  local hooks, err = try(lofty.webhooks.list)
  -- What was wanted exists all the same.
  if err then lofty.log.warn("could not look whether any is there twice", { code = err.code, said = err.message }) end
  for _, hook in ipairs(duplicates(hooks or {})) do
    if created[hook.listId] and hook.callbackUrl == options.url then
      print(("twice           %s (made meanwhile; --dedupe removes it)"):format(describe(hook)))
    end
  end
end

local events = wanted_events()
local hooks = lofty.webhooks.list()
for _, hook in ipairs(duplicates(hooks)) do
  if not options.dedupe then
    print(("twice           %s (--dedupe removes it)"):format(describe(hook)))
  else
    remove(hook, "there twice")
  end
end
if options.dedupe and not options.preview then hooks = lofty.webhooks.list() end
for _, event in ipairs(events) do ensure(event, hooks) end
if next(created) then name_twins() end

print(("%s %d, %d there already, removed %d, %d failed"):format(options.preview and "would create" or "created",
  count.created, count.present, count.removed, count.failed))
