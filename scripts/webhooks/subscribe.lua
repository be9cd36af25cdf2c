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
--          Lofty does not sign what it delivers: let a part of the URL be a secret. Of URLs only hosts are shown;
--          loftyrun api webhooks.list has all of them.
-- Calls    reads webhooks.list; writes webhooks.create; with --replace or --dedupe also webhooks.delete.
--          Subscriptions are the team's: you see, and with these options may remove, those of your colleagues.
-- Again    A second run finds what it wants and does nothing. A run that was cut short is completed by the next one.
--          Copies on one machine wait for each other. After creating it looks again, and names what is there twice
--          because somebody elsewhere made the same meanwhile. A subscription whose reply was lost is looked for.
-- Ends     0 all wanted subscriptions exist; 1 there is no room for them; 2 wrong usage; 3 no or bad credentials;
--          4 refused, or still no room after a removal; 5 Lofty unreachable or failing: run again later; 8 they exist,
--          but some removal was refused

local lofty = require "lofty"
local args = require "lofty.args"
local code = lofty.code

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

for _, host in ipairs(options.replace) do
  if host:find("[/%s]") then args.fail(('--replace takes a host such as old.example.com, got "%s"'):format(host)) end
end

local wanted = {}
for index, word in ipairs(options.event) do
  wanted[index] = { list = args.choose("EVENT", word, EVENTS), url = options.url }
end

--- What a step is called, and what is added behind it. Subscriptions that are not wanted and stay are not shown.
local WORDS = {
  kept = function() return "present" end,
  created = function(step) return "created", step.vanished and " (it had vanished)" or "" end,
  missing = function(step) return "would create", step.vanished and " (it has vanished)" or "" end,
  different = function() return "different", " (its limit or permissionMode)" end,
  twice = function(step) return "twice", (" (%s--dedupe removes it)"):format(step.meanwhile and "made meanwhile; " or "") end,
  no_room = function() return "no room", ": WEBHOOK_EXCEED_LIMIT" end,
  gone = function(step) return "gone", ": " .. step.code end,
  refused = function(step) return "not removed", ": " .. step.code end,
  removed = function(step)
    return options.preview and "would remove" or "removed", step.why == "twice" and ": there twice" or ": --replace"
  end,
}

local function describe(step)
  return ("%-16s  %s"):format(step.subscribeId or "-", step.shown)
end

local function show(result)
  for _, step in ipairs(result.steps) do
    if WORDS[step.what] then
      local word, more = WORDS[step.what](step)
      print(("%-14s  %s%s"):format(word, describe(step), more or ""))
    end
    if step.what == "refused" then
      lofty.failed("this subscription is not ours to remove", { subscription = step.subscribeId, code = step.code })
    end
  end
end

--- There is no room: says what there is, and what to type, and ends.
local function give_up(err)
  io.stdout:flush()
  io.stderr:write(("%s: the team has all the subscriptions that Lofty allows:\n"):format(err.code))
  local all = lofty.webhooks.sync(wanted, { check = true }).steps
  local has_twins = false
  for _, step in ipairs(all) do
    if step.subscribeId then io.stderr:write("  ", describe(step), "\n") end
    has_twins = has_twins or step.what == "twice"
  end
  if #options.replace > 0 then
    io.stderr:write("None of them can be removed for --replace ", table.concat(options.replace, " --replace "), ".\n")
  end
  io.stderr:write("Choose a host whose deliveries nobody wants any more and type, with that host for HOST:\n",
    ("  loftyrun %s --replace HOST URL %s\n"):format(arg[0], table.concat(options.event, " ")))
  if has_twins then io.stderr:write("Or type --dedupe: some of them are there twice.\n") end
  os.exit(1)
end

local result, err = lofty.try(lofty.webhooks.sync, wanted, { check = options.preview, make_room = options.replace,
  remove_duplicates = options.dedupe })
if err then
  if err.result then show(err.result) end
  if err:is(code.WEBHOOK_EXCEED_LIMIT) and err.result.removed == 0 then give_up(err) end
  error(err, 0)
end
show(result)
print(("%s %d, %d there already, removed %d, %d failed"):format(options.preview and "would create" or "created",
  options.preview and result.missing or result.created, result.kept, options.preview and 0 or result.removed,
  result.refused))
