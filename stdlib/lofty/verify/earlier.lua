--- Looks for what a create of a run that is over may have made: the run was killed before the reply came, or was told that
--- nobody knows. What is looked for, and what is taken for it, is as in lofty.verify; but whose is what is told by the
--- journal as well, since runs have come between: each thing is one write's.
---
--- It is taken for not done only where it does not show, when so long has passed since it was sent that no request of a
--- process that is gone can be at work any more: Lofty has as long for it as { verify = true } gives a call that this
--- program gave up waiting for, thirty seconds and ninety more.
local claims = require "lofty.verify.claims"
local client = require "lofty.client"
local clock = require "native.clock"
local creates = require "lofty.verify.creates"
local json = require "native.json"
local log = require "native.log"
local looking = require "lofty.verify.look"
local native = require "native.journal"
local operations = require "lofty.operations"
local store = require "lofty.store"

local M = {}

--- Milliseconds after which what does not show was not done.
M.SHOW_WITHIN = 120000

--- How much earlier than the write another one may have been sent whose thing came after it.
local EARLIER_MS = 10 * 60 * 1000

local FIRST_PAUSE, LONGEST_PAUSE = 500, 15000
local LOCK_MS = 10 * 60 * 1000

--- Calls f for each write of the journal that makes things of this kind, since a moment or of a run and later ones.
local function each_made(kind, since, run, f)
  for name, what in pairs(creates) do
    if what.kind == kind then
      for _, write in ipairs(store.given("once", native.made(name, since, run))) do f(what, write) end
    end
  end
end

--- Finds the ids that belong to other writes. Returns whether one of those was under way when the list was read.
local function others(call)
  local taken, pending = {}, false
  each_made(call.what.kind, call.wall - EARLIER_MS, call.write.run, function(what, write)
    if write.run == call.write.run and write.number == call.write.number then return end
    if write.state == "sending" then
      pending = pending or write.began <= call.listed
      return
    end
    local id = write.result and what.answered(json.decode(write.result))
    if id then taken[id] = true end
  end)
  call.taken = taken
  return pending
end

--- Looks once, and settles the write where its thing is there: nobody else looks meanwhile, so it is claimed once.
local function look(call)
  local lock = store.wait_lock("once", ("once look %s %s"):format(store.account(), call.what.kind), LOCK_MS)
  if not lock then store.fail("once", "ALREADY_RUNNING", "another run has been looking for writes for long") end
  local _ <close> = setmetatable({}, { __close = function() lock:close() end })
  call.listed = clock.now()
  local sight = looking.look(call)
  if not sight.item then return sight end
  local answer = call.what.answer(sight.item, call.fields)
  store.given("once", native.settle(call.write.run, call.write.number, "done", (json.encode(answer))))
  claims.take(call.what.kind, sight.item[call.what.id])
  log.write("info", ("%s: it was done: %s"):format(call.row.name, looking.id_of(call, sight.item)))
  return sight
end

--- The ids of what was there before the create, where that is how its thing is told; nil where that was not kept.
local function known_before(what, write)
  local image = not what.made and write.image and json.decode(write.image)
  if not image or type(image.there) ~= "table" then return nil end
  local known = {}
  for _, id in ipairs(image.there) do known[id] = true end
  return known
end

--- Why a write cannot be looked for; nil where it can.
local function obstacle(what, write, fields)
  if not what then return "Lofty offers no way to ask whether it was done" end
  if not write.fields then return "it was too long to be kept" end
  if write.fields:find("[secret]", 1, true) then return "there is a secret in it, which was not kept" end
  return what.check and what.check(fields)
end

--- Looks until the thing shows, or the time for it is over. Raises where Lofty cannot be asked.
---@param write table of the journal
---@param within integer milliseconds
---@return boolean|nil done nil where it cannot be told
---@return string|nil why
function M.settle(write, within)
  local row, what = operations.find(write.operation), creates[write.operation]
  local fields = write.fields and json.decode(write.fields, { keep_null = true }) or {}
  local values = write.parameters and json.decode(write.parameters) or {}
  local why = obstacle(row and what, write, fields)
  if why then return nil, why end
  local call = { row = row, what = what, write = write, values = values, fields = fields, path = client.path(row, values),
    wanted = what.prepare and what.prepare(fields), wall = write.began, there = write.began_there, within = within,
    attempts = 1, looks = 0, others = others, known = known_before(what, write) }
  local last, pause = math.min(write.began, clock.now()) + within, FIRST_PAUSE
  while true do
    local now = clock.now()
    local sight = look(call)
    if sight.item then return true end
    if now >= last or sight.doubt and what.settled then
      why = looking.obstacle(call, sight)
      if why then return nil, why end
      return false
    end
    log.write("info", ("%s: it may have been done; not there yet, looking again in %.2f s"):format(row.name,
      math.min(pause, last - now) / 1000))
    local _, code, message = clock.sleep(math.min(pause, last - now))
    if code then store.fail("once", code, message) end
    pause = math.min(pause * 2, LONGEST_PAUSE)
  end
end

return M
