-- loftyrun: allow delete_notes, at most 1000000 a run
-- loftyrun: allow delete_tasks, at most 1000000 a run
-- loftyrun: allow delete_leads, at most 1000000 a run
-- loftyrun: allow delete_webhooks, at most 1000000 a run
-- What tests/oracle_ledger.py runs: creates, updates and deletes, and a line on standard output for each thing that the
-- script comes to believe. Arguments: COUNT of creates, CONCURRENCY (1: one after the other), TAG of this run, and
-- "verify" to have lost creates looked for.
--   S number operation mark [target]   it is about to be done; the mark is in what is written
--   D number [id]                      it is done
--   R number code                      it was refused, or never sent
--   U number code                      nobody knows
local lofty = require "lofty"

local count, concurrency, tag = math.tointeger(arg[1]), math.tointeger(arg[2]), arg[3]
local options = arg[4] == "verify" and { verify = true } or nil
local LEADS = 10
local numbers = 0
local leads = {}

io.stdout:setvbuf("no")

local function say(...)
  io.write(table.concat({ ... }, "\t"), "\n")
end

--- Makes a call and says what came of it. Returns its result where it is done.
local function believe(operation, target, call)
  numbers = numbers + 1
  local number, mark = numbers, ("%s-%d"):format(tag, numbers)
  say("S", number, operation, mark, target)
  local result, err = lofty.try(call, mark)
  if not err then
    local id = type(result) == "table" and (result.noteId or result.taskId or result.leadId or result.id
      or result.transactionId or result.subscribeId) or math.type(result) == "integer" and result or nil
    say("D", number, id)
    return id or true
  end
  local outcome = err.outcome
  assert(outcome == "unknown" or outcome == "refused" or outcome == "not_sent",
    "a write without an outcome: " .. tostring(err))
  say(outcome == "unknown" and "U" or "R", number, tostring(err.code))
  return nil
end

local kinds = {}

function kinds.note(lead)
  return {
    create = function(mark) return lofty.notes.create({ leadId = lead, content = mark, isPin = false }, options) end,
    update = function(id, mark) return lofty.notes.update(id, { content = mark, isPin = false }) end,
    delete = function(id) return lofty.notes.delete(id) end,
  }
end

function kinds.task(lead)
  return {
    create = function(mark)
      return lofty.tasks.create({ leadId = lead, type = "Call", content = mark, assignedRole = "Agent",
        endAt = "2030-03-01T15:00:00-08:00" }, options)
    end,
    update = function(id, mark) return lofty.tasks.update(id, { content = mark }) end,
    delete = function(id) return lofty.tasks.delete(id) end,
  }
end

function kinds.transaction(lead)
  return {
    create = function(mark) return lofty.transactions.create(lead, { transactionName = mark }, options) end,
    update = function(id, mark) return lofty.transactions.update(lead, id, { transactionName = mark }) end,
  }
end

function kinds.lead()
  return {
    create = function(mark)
      return lofty.leads.create({ firstName = mark, emails = { mark .. "@example.com" } }, options)
    end,
    update = function(id, mark) return lofty.leads.update(id, { firstName = mark }) end,
    delete = function(id) return lofty.leads.delete(id, { reason = "test" }) end,
  }
end

function kinds.webhook()
  return {
    create = function(mark)
      return lofty.webhooks.create({ callbackUrl = "https://example.com/" .. mark, listId = 2 }, options)
    end,
    delete = function(id) return lofty.webhooks.delete(id) end,
  }
end

local ROTATION = { "note", "task", "note", "transaction", "note", "task", "lead", "note", "task", "webhook" }

--- One thing's life: made, and then left, changed, or changed and deleted.
local function live(number)
  local kind = ROTATION[number % #ROTATION + 1]
  local lead = leads[number % #leads + 1]
  local verbs = kinds[kind](lead)
  local target = kind == "transaction" and "" .. lead or ""
  local id = believe(kind .. ".create", target, verbs.create)
  local life = number // #ROTATION % 4
  if not id or life == 0 then return end
  assert(math.type(id) == "integer", "no id of a new " .. kind)
  for _ = 1, verbs.update and (life == 3 and 3 or 1) or 0 do
    believe(kind .. ".update", "" .. id, function(mark) return verbs.update(id, mark) end)
  end
  if life == 2 and verbs.delete then
    believe(kind .. ".delete", "" .. id, function() return verbs.delete(id) end)
  end
end

while #leads < LEADS do
  local id = believe("lead.create", "", kinds.lead().create)
  if id then leads[#leads + 1] = id end
end

if concurrency == 1 then
  for number = 1, count do live(number) end
else
  local list = {}
  for number = 1, count do list[number] = number end
  lofty.map(list, live, { concurrency = concurrency })
end
say("E")
