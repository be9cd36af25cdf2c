--- `loftyrun history undo RUN`: shows what taking back each write of a run would do, newest first; with --apply does it.
local inbox = require "native.inbox"
local json = require "native.json"
local lines = require "lofty.shell.lines"
local lofty = require "lofty"
local native = require "native.journal"
local store = require "lofty.store"
local time = require "lofty.time"
local undo = require "lofty.undo"
local usage = require "lofty.shell.usage"
local values = require "lofty.undo.values"
local width = require "lofty.shell.width"
local writer = require "lofty.shell.json"

local M = {}

local HINT = "loftyrun help history"
local BUSY = 7 -- the exit code
local SUBSCRIBING = "subscriptions" -- the script of a daemon's run that makes them: runtime/host/subscriptions.c

--- How an outcome reads, before and after.
local WORDS = { ready = "", undone = "", same = "nothing to do", none = "stays", changed = "refused", doubt = "in doubt",
  failed = "failed", already = "undone before" }

--- A sentence on as many lines as it takes, each behind so many blanks.
local function print_wrapped(text, indent)
  local line = (" "):rep(indent)
  for word in width.tame(text):gmatch("%S+") do
    if width.of(line) + width.of(word) >= lines.COLUMNS and line:find("%S") then
      lines.put(line)
      line = (" "):rep(indent)
    end
    line = line .. (line:find("%S") and " " or "") .. word
  end
  if line:find("%S") then lines.put(line) end
end

local function print_change(change)
  local half = (lines.COLUMNS - 9 - width.of(change.field) - 6) // 2
  local now, back = values.show(change.now), values.show(change.back)
  if width.of(now) > half and width.of(now) + width.of(back) > 2 * half then
    lines.put(("         %s: %s"):format(width.tame(change.field), now))
    lines.put(("         %s  -> %s"):format((" "):rep(width.of(change.field)), back))
  else
    lines.put(("         %s: %s -> %s"):format(width.tame(change.field), now, back))
  end
end

local function print_plan(plan)
  for _, change in ipairs(plan.changes) do print_change(change) end
  if plan.deletes then lines.put("         is deleted: " .. values.show(plan.deletes)) end
  if plan.makes then lines.put("         is made again, under a new id: " .. values.show(plan.makes)) end
  for _, stays in ipairs(plan.stays or {}) do print_wrapped("stays: " .. stays, 9) end
end

local function print_item(item)
  local parts = { width.pad(tostring(item.number), 6, true), width.pad(item.operation, 16) }
  if item.what then parts[#parts + 1] = item.what .. (item.whose and ", " .. width.tame(item.whose) or "") end
  lines.put(" " .. table.concat(parts, " "))
  if item.outcome == "ready" or item.outcome == "undone" then
    print_plan(item.plan)
  elseif item.outcome == "already" then
    lines.put(("         undone by run %d"):format(item.by))
  else
    print_wrapped(WORDS[item.outcome] .. (item.why and ": " .. item.why or ""), 9)
  end
end

--- Nothing else than JSON shows what is not set.
local function shown(value)
  if value == nil then return json.null end
  return value
end

local function item_json(item)
  local plan = item.plan
  local changes = plan and #plan.changes > 0 and json.array {} or nil
  for index, change in ipairs(changes and plan.changes or {}) do
    changes[index] = { field = change.field, now = shown(change.now), ["then"] = shown(change.back) }
  end
  local call = plan and plan.call and (item.outcome == "ready" or item.outcome == "undone" or item.outcome == "failed")
    and { operation = plan.call.operation, parameters = json.array(plan.call.values), fields = plan.call.fields } or nil
  return { write = item.number, operation = item.operation, outcome = item.outcome, why = item.why, what = item.what,
    whose = item.whose, undone_by = item.by, changes = changes, call = call,
    stays = plan and plan.stays and json.array(plan.stays) or nil }
end

local NOUNS = { { "ready", "to undo" }, { "undone", "undone" }, { "already", "undone before" }, { "same", "as they were" },
  { "none", "stay" }, { "changed", "refused" }, { "doubt", "in doubt" }, { "failed", "failed" } }

local function summary(counts, apply)
  local parts = {}
  for _, noun in ipairs(NOUNS) do
    if counts[noun[1]] then parts[#parts + 1] = ("%d %s"):format(counts[noun[1]], noun[2]) end
  end
  local text = #parts > 0 and table.concat(parts, ", ") or "it has written nothing"
  return text .. (counts.ready and not apply and "; --apply does it" or "")
end

local function busy(message)
  usage.say(message)
  os.exit(BUSY)
end

--- Whether a daemon that is alive has handlers here, and so looks after their subscriptions.
local function is_subscribing(account)
  local handlers, code, message = inbox.handlers(account)
  if not handlers then store.fail("inbox", code, message) end
  for _, handler in ipairs(handlers) do
    if handler.server then return true end
  end
  return false
end

--- Ends with exit code 2 where the run cannot be undone from here, with 7 where it is still under way.
local function check(run)
  local account = store.account()
  if run.account ~= account then
    usage.fail(("run %d worked for %s, and this is %s: choose its profile and base URL"):format(run.id, run.account,
      account), HINT)
  end
  if run.alive then
    busy(("run %d is still under way (process %d); undo it when it has ended"):format(run.id, run.process))
  end
  if run.script == SUBSCRIBING and is_subscribing(account) then
    usage.fail(("run %d is the subscribing of a loftyrun serve that goes on: it would make them again, and until then "
      .. "nothing would come; take its handlers out of their files, or end it, and undo then"):format(run.id), HINT)
  end
end

--- Says what a run is, as the first line.
local function head(run, apply)
  print_wrapped(("%s run %d: %s, begun %s, for %s"):format(apply and "undoing" or "what undoing would do:", run.id,
    run.script, time.iso(run.began, "local"), run.account), 0)
end

--- Shows or does it.
---@param run table of the journal
---@param options { apply: boolean, json: boolean }
function M.run(run, options)
  check(run)
  local apply = options.apply or false
  local lock, holder
  if apply then
    lock, holder = undo.lock()
    if not lock then busy(("another run is undoing something%s"):format(holder)) end
  end
  local _ <close> = setmetatable({}, { __close = function() if lock then lock:close() end end })
  local counts, first = {}, true
  if options.json then
    io.write(("{\n  \"run\": %d,\n  \"applied\": %s,\n"):format(run.id, apply),
      apply and ("  \"by\": %d,\n"):format((native.run())) or "", "  \"writes\": [")
  else
    head(run, apply)
  end
  undo.each(run, apply, function(item)
    counts[item.outcome] = (counts[item.outcome] or 0) + 1
    if undo.LEFT[item.outcome] then
      lofty.failed(("write %d is not undone"):format(item.number), { why = item.why })
    end
    if options.json then
      io.write(first and "\n    " or ",\n    ", writer.compact(item_json(item)))
      first = false
    elseif item.outcome ~= "not_done" then
      print_item(item)
    end
  end)
  if options.json then
    io.write(first and "]" or "\n  ]", ",\n  \"counts\": ", writer.compact(counts), "\n}\n")
  else
    print_wrapped(summary(counts, apply), 0)
  end
end

return M
