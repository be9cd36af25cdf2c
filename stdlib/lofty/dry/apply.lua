--- `loftyrun apply PLAN`: does the items of a plan, in its order, and nothing else.
---
--- How far it is stands in the store, under the plan's digest: the number of the last item that was dealt with, the real
--- ids of what was made, what was refused. Each write is done under lofty.once, under the key that it has in the plan or one
--- of its own, so that an application that was killed goes on where it was, and what was in doubt is settled as there.
---
--- A refused item is reported and passed over, and so is what depends on it. Where the plan keeps something behind it, in
--- lofty.state say, the application stops there, as a script that failed there would have: what is kept tells later runs
--- what was done, and what is behind the refused item was planned on the assumption that it was.
local account = require "lofty.dry.apply.account"
local blocks = require "lofty.dry.apply.blocks"
local check = require "lofty.dry.apply.check"
local client = require "lofty.client"
local duplicates = require "lofty.dry.duplicates"
local file = require "lofty.dry.file"
local json = require "native.json"
local keep = require "lofty.dry.keep"
local kept = require "lofty.dry.apply.kept"
local lofty = require "lofty"
local lofty_error = require "lofty.error"
local native = require "native.journal"
local once = require "lofty.once"
local operations = require "lofty.operations"
local placeholder = require "lofty.dry.placeholder"
local results = require "lofty.dry.results"
local store = require "lofty.store"
local usage = require "lofty.shell.usage"

local M = {}

local HINT = "loftyrun help apply"
local OPERATION = "apply"
local KEY_SECONDS = 90 * 24 * 3600

local plan, space ---@type lofty.dry.Plan, string
local at = 0 -- the last item that was dealt with
local open = {} ---@type table<integer, lofty.dry.Block>
local untouchable = {} ---@type table<string, boolean> targets of which an item was refused
local count = { done = 0, before = 0, refused = 0, kept = 0 }

local function get(key) return (store.ask(OPERATION, "get", space, key)) end

local function put(key, value) store.ask(OPERATION, "put", space, key, value) end

--- The id that has taken a placeholder's place; nil where the thing was not made.
local function real_of(id)
  local text = get(("id %d"):format(id))
  return text and (json.decode(text))
end

local function name_of(item)
  if item["do"] ~= "write" then return item["do"] == "once" and "lofty.once " .. tostring(item.key) or kept.name(item) end
  return item.operation
end

--- Reports an item that is not done. Returns false where the application stops there.
local function refuse(item, why)
  count.refused = count.refused + 1
  lofty.failed(("item %d, %s: not done: %s"):format(item.n, name_of(item), why))
  local target = item.target
  if plan.ending.last_kept and plan.ending.last_kept >= item.n then return false end
  if target then untouchable[("%s %d"):format(target.kind, target.id)] = true end
  if item.block then put(("broken %d"):format(item.block), "1") end
  put(("refused %d"):format(item.n), "1")
  return true
end

local NEEDS = "it needs %s, which was not made"
local OF_ONE_ITEM = { not_found = true, permission = true, validation = true, conflict = true }

--- Whether this item was refused, and the next would not be for the same reason: by Lofty, or since its lead is gone or
--- must not be written to any more.
local function is_refusal(err)
  if lofty_error.is_error(err) and err.outcome == "not_sent" then
    return err.code == "CONTACT_NOT_ALLOWED" or err.category == "not_found"
  end
  return lofty_error.is_error(err) and err.status ~= nil and err.outcome == "refused" and OF_ONE_ITEM[err.category]
    and not err:is("FORBIDDEN", "VENDOR_HAS_NO_PERMISSION", 200100)
end

--- What an item needs and the plan could not make.
local function missing(item)
  local lacking
  local function look(value)
    placeholder.replace(value, function(id)
      if not lacking and real_of(id) == nil then lacking = id end
    end)
  end
  look(item.parameters)
  look(item.fields)
  return lacking and NEEDS:format(placeholder.name(lacking)) or nil
end

--- The item with the real ids.
local function resolved(item)
  local copy = {}
  for name, value in pairs(item) do copy[name] = value end
  for _, name in ipairs { "parameters", "fields", "target", "same_contact" } do
    if item[name] then copy[name] = placeholder.replace(item[name], real_of) end
  end
  return copy
end

local REFUSED = {} -- what a check raises within lofty.once: nothing was done

local function is_untouchable(kind, id) return untouchable[("%s %d"):format(kind, id)] or false end

--- Looks at the target, and for what a create would be merged into, and makes the write. One that an earlier application
--- has made is answered from the journal: what it finds then may be its own.
local function write(item, row, in_doubt, was_done)
  local attempt = keep.attempt()
  if not was_done and not (attempt and attempt.known) then
    local other = duplicates.changed(item, function(lead) return is_untouchable("lead", lead) end)
    if other then error(setmetatable({ why = other }, REFUSED), 0) end
  end
  if not was_done then
    local verdict, why = check.look(item, row, in_doubt)
    if verdict == "no" then error(setmetatable({ why = why }, REFUSED), 0) end
    if verdict == "done" then return true end
  end
  return (client.send(row, item.parameters or {}, item.fields or {}))
end

local function is_in_doubt(key)
  local known = store.given(OPERATION, native.key(store.account(), key))
  return known and known.state ~= "done"
end

--- Makes a write under its key.
---@return any result
---@return boolean|nil before whether another run has done all that is under the key
local function write_once(item, row)
  local block = item.block and open[item.block]
  if block then
    local in_doubt = item.n == at + 1 and block.in_doubt
    return block:call(function() return write(item, row, in_doubt, item.n <= at) end)
  end
  local key = ("plan %s %d"):format(plan.digest:sub(1, 32), item.n)
  local in_doubt = is_in_doubt(key)
  return (once.call(key, function() return write(item, row, in_doubt) end, { ttl = KEY_SECONDS }))
end

--- Ends the block of a refused item as its function would have ended.
local function break_block(item, why)
  local block = item.block and open[item.block]
  if not block then return end
  block:fail(("item %d of a plan was refused: %s"):format(item.n, why))
  open[item.block] = nil
end

local function reason_of(err)
  if getmetatable(err) == REFUSED then return err.why end
  return is_refusal(err) and ("%s: %s"):format(err.code, err.message) or nil
end

--- Does one write. Returns false where the application stops there.
local function do_write(item)
  local target = item.target
  if item.block and get(("broken %d"):format(item.block)) then return refuse(item, "its lofty.once has failed") end
  if target and is_untouchable(target.kind, target.id) then
    return refuse(item, ("an earlier change of %s %d was refused"):format(target.kind, target.id))
  end
  local lacking = missing(item)
  local row = operations.find(item.operation)
  local real = not lacking and resolved(item)
  local ok, result, before = false, nil, nil
  if real then ok, result, before = pcall(write_once, real, row) end
  if not ok then
    local why = lacking or reason_of(result)
    if not why then error(result, 0) end
    local goes_on = refuse(item, why)
    break_block(item, why)
    return goes_on
  end
  if before then
    count.before = count.before + 1
    return true
  end
  count.done = count.done + 1
  if item.block then open[item.block].results[item.n] = result end
  local id = item.new and results.real_id(row, result)
  if id then put(("id %d"):format(item.new), json.encode(id)) end
  return true
end

--- Begins, ends or decides about a function of lofty.once.
local function do_once(item)
  local key = placeholder.replace(item.key, real_of)
  local block = item.block and open[item.block]
  if item.what == "settled" then
    if item.n > at then once.settle(key, item.how) end
  elseif item.what == "begun" then
    if placeholder.find(key) then return refuse(item, NEEDS:format(placeholder.name(placeholder.find(key)))) end
    local in_doubt = is_in_doubt(key)
    open[item.block] = blocks.open(key, item.ttl)
    open[item.block].results, open[item.block].in_doubt = {}, in_doubt
  elseif block and item.what == "failed" then
    block:fail(item.why)
    open[item.block] = nil
  elseif block then
    local value = item.of and block.results[item.of]
    if value == nil and item.result then value = json.decode(placeholder.replace(item.result, real_of)) end
    block:finish(value)
    open[item.block] = nil
  end
  if item.what == "done" or item.what == "failed" then put(("closed %d"):format(item.block), "1") end
  return true
end

local function do_keep(item)
  local lacking = placeholder.find(placeholder.replace(item.changes or {}, real_of))
  local why = lacking and NEEDS:format(placeholder.name(lacking)) or kept.keep(item, real_of)
  if why then return refuse(item, why) end
  count.kept = count.kept + 1
  return true
end

--- Does an item, or passes over what was done before. Returns false where the application stops there.
local function step(item)
  local was_dealt_with = item.n <= at
  if item["do"] == "refused" then return true end
  if item.block then
    -- A function of lofty.once that is half done is gone through again: what it did is answered from the journal.
    if get(("closed %d"):format(item.block)) then return true end
    if item["do"] == "once" then return do_once(item) end
    if was_dealt_with and get(("refused %d"):format(item.n)) then return refuse(item, "it was refused before") end
    return do_write(item)
  end
  if was_dealt_with and not get(("refused %d"):format(item.n)) then return true end
  if item["do"] == "once" then return do_once(item) end
  return item["do"] == "write" and do_write(item) or item["do"] ~= "write" and do_keep(item)
end

--- Goes through the plan. Returns the item at which it stopped.
local function go()
  for item in file.items(plan) do
    if not step(item) then return item end
    if item.n > at then
      at = item.n
      put("at", ("%d"):format(at))
    end
  end
end

local function say(...) print(string.format(...)) end

local function show()
  local preview = require("lofty.dry.show").new(false)
  for item in file.items(plan) do preview:add(item) end
  preview.account, preview.script = plan.header.account, plan.header.script
  print((preview:text(plan.ending, plan.ending.why, nil):gsub("\nnothing was sent\n$", "")))
  say("made at %s", plan.header.made)
end

local function finish(stopped)
  if count.refused == 0 then
    put("done", "done " .. require("lofty.time").iso(lofty.now()))
    store.ask(OPERATION, "sweep", space, "done ")
  end
  say("%d of %d writes done, %d before, %d refused%s", count.done, plan.ending.writes, math.max(count.before,
    plan.ending.writes - count.done - count.refused), count.refused, count.kept > 0 and (", %d kept"):format(count.kept) or "")
  if stopped then
    say("stopped at item %d of %d: what the plan keeps for later runs was planned as if it were done; make a new plan",
      stopped.n, plan.ending.items)
  end
end

local function apply()
  space = ("plan %s %s"):format(store.account(), plan.digest)
  local _ <close> = lofty.lock("plan " .. plan.digest)
  local done = get("done")
  if done then return say("this plan was applied at %s; there is nothing left to do", done:sub(6)) end
  at = math.tointeger(tonumber(get("at") or "0"))
  account.check_user(plan)
  if at > 0 then lofty.log.info("going on where an earlier application stopped", { item = at }) end
  finish(go())
end

--- Runs the command.
---@param path string
---@param ... string
function M.run(path, ...)
  local flags = {}
  for _, flag in ipairs { ... } do flags[flag] = true end
  local problem
  plan, problem = file.open(path)
  if not plan then usage.fail(problem, HINT) end
  if flags.show then return show() end
  account.check(plan)
  if not plan.ending.complete and not flags.incomplete then
    usage.fail(("the plan is not complete: %s; --incomplete applies what it has"):format(plan.ending.why), HINT)
  end
  require("lofty.dry.grants").take(plan.header.grants)
  apply()
end

return M
