--- Taking back what a run did, newest write first: `loftyrun history undo RUN`.
---
--- Each write is compared with how its thing is now. Only what is still as the run left it is put back, so that nobody's
--- later work is overwritten; the rest is told. Looking makes reads only. What is done is a run of its own, each write
--- under a key of its own (lofty.undo.attempts), so that it can be ended anywhere, run again, and undone itself.
local attempts = require "lofty.undo.attempts"
local client = require "lofty.client"
local gone = require "lofty.undo.gone"
local json = require "native.json"
local made = require "lofty.undo.made"
local native = require "native.journal"
local once = require "lofty.once"
local operations = require "lofty.operations"
local store = require "lofty.store"
local try = require("lofty.error").try
local values = require "lofty.undo.values"
local ways = require "lofty.undo.ways"
local worlds = require "lofty.undo.world"

local M = {}

local PAGE = 200

---@class lofty.undo.Write of the journal, decoded
---@field run integer
---@field number integer
---@field operation string
---@field key string|nil
---@field values any[]
---@field fields table
---@field result any
---@field image table|nil with nulls
---@field began integer
---@field settled integer|nil
---@field state string

---@alias lofty.undo.Outcome
---| "ready" it would be taken back
---| "undone" it was, just now
---| "already" it was, by another run
---| "same" it is as it was
---| "none" there is no way back
---| "changed" it is something else since
---| "doubt" it is not known whether it was done, or whether it was taken back
---| "failed" Lofty did not do it
---| "not_done" the run had not done it

---@class lofty.undo.Item
---@field number integer
---@field operation string
---@field outcome lofty.undo.Outcome
---@field why string|nil
---@field what string|nil
---@field whose string|nil
---@field plan lofty.undo.Plan|nil
---@field by integer|nil the run that took it back

--- What has to be looked at by somebody.
M.LEFT = { changed = true, doubt = true, failed = true }

local function decoded(text) return text and (json.decode(text, { keep_null = true })) end

local function read_write(record)
  return { run = record.run, number = record.number, operation = record.operation, key = record.key,
    state = record.state, began = record.began, settled = record.settled, values = decoded(record.parameters) or {},
    fields = decoded(record.fields) or {}, result = record.result and json.decode(record.result),
    image = decoded(record.image), has_fields = record.fields ~= nil }
end

---@class lofty.undo.Undo
---@field run table the run that is taken back
---@field apply boolean
---@field world lofty.undo.World
---@field deleted table<string, boolean> what the run made and deleted
---@field left table<string, table<string, any>> what updates have left of things that the run made, by kind and id
---@field made table<string, boolean>|nil what the run made itself, by kind and id; found out when it is first asked for
local Undo = {}
Undo.__index = Undo

local function ask(method, ...) return store.given("history", native[method](...)) end

--- Whether the run made that thing itself.
function Undo:has_made(target)
  if not self.made then
    self.made = {}
    local after = 0
    repeat
      local page = ask("writes", self.run.id, after, PAGE)
      for _, write in ipairs(page) do
        local row = write.state == "done" and write.result and made.rows[write.operation]
        local id = row and row.id(json.decode(write.result))
        if id then self.made[row.kind .. id] = true end
        after = write.number
      end
    until #page < PAGE
  end
  return self.made[target.kind .. target.id] or false
end

local function outcome(state, why) return { state = state, changes = {}, why = why } end

--- An update of what the run itself had made goes away with it, where it has no other way back. The create is then
--- compared with what the update has left.
function Undo:goes_along(plan, write, target)
  if plan.state ~= "none" or not self:has_made(target) then return plan end
  local key = target.kind .. target.id
  local left = self.left[key] or {}
  self.left[key] = left
  for name, value in pairs(write.fields) do
    if left[name] == nil then left[name] = value end
  end
  return outcome("same", "the run had made it itself")
end

--- What is to be done about a write, as the thing is now.
---@return lofty.undo.Plan
---@return lofty.Target|nil target
---@return table|nil now
function Undo:plan(write)
  local way = ways.of(write.operation)
  if way.why then return outcome("none", ways.reason(way, write)) end
  local target = way.target(write)
  if not target then return outcome("none", "its reply did not say, or was not kept, what it was about") end
  local row, key = made.rows[write.operation], target.kind .. target.id
  if row and self.deleted[key] then return outcome("same", "the run had deleted it itself"), target end
  local is_own = row or not way.absent and self:has_made(target)
  local now = self.world:read(target, is_own and write.began)
  if way.absent then
    if now then return outcome("same", "it is there"), target, now end
    if not self:has_made(target) then return way.absent(write), target end
    self.deleted[key] = true
    return outcome("same", "the run had made it itself"), target
  end
  if now and row then return way.plan(write, now, target, self.left[key]), target, now end
  if now then return self:goes_along(way.plan(write, now, target), write, target), target, now end
  if row then return outcome("same", "it is gone already"), target end
  if self:has_made(target) then return outcome("same", "the run had made it itself, and it is gone"), target end
  return outcome("changed", "it is not there any more, or not for you to see"), target
end

--- Checks what is to be sent as a script's call would be checked: what is refused here has no way back.
function Undo:check(plan, target)
  local call = plan.call
  local row = operations.find(call.operation)
  call.values = self.world:arguments(target, call.values)
  if values.has_secret(call.fields) then return outcome("none", "there is a secret in it, which was not kept") end
  local fine, checked_values, fields = pcall(client.checked, row, call.values, call.fields or {})
  if not fine then
    if type(checked_values) ~= "string" then error(checked_values, 0) end
    return outcome("none", ("Lofty's API does not take it back: %s"):format(checked_values))
  end
  call.values, call.fields = checked_values, fields
  return plan
end

--- Finds out what became of an attempt that was cut short, out of how the thing is now. Returns false where that cannot
--- be known, and why.
function Undo:settle(attempt, plan)
  local operation = operations.find(attempt.write.operation)
  if operation and operation.verify then
    local earlier = require "lofty.verify.earlier"
    local done, why = earlier.settle(attempt.write, earlier.SHOW_WITHIN)
    if done == nil then return false, why end
    if not done then return attempts.was_not_done(attempt) end
    attempt.write = ask("writes", attempt.write.run, attempt.write.number - 1, 1, attempt.key)[1]
    attempt.result = attempt.write.result and json.decode(attempt.write.result)
    attempts.was_done(attempt)
    attempt.state = "done"
  elseif plan.state == "ready" then
    attempts.was_not_done(attempt)
  elseif plan.state == "same" then
    attempts.was_done(attempt)
    attempt.state = "done"
  else
    return false, plan.why
  end
end

--- What an attempt made again has another id now.
function Undo:note_new_id(write, target, result)
  local row = gone.rows[write.operation]
  local id = row and target and type(result) == "table" and math.tointeger(result[row.id])
  if not id then return end
  if self.apply then attempts.remake(target.kind, target.id, id) end
  self.world:become(target, {}, id)
end

--- Refusals of these categories are one item's; all others would meet the next one too.
local OF_ONE_ITEM = { not_found = true, permission = true, validation = true, conflict = true }

--- Takes a write back. Returns the error where Lofty refuses this one.
---@return lofty.Error|nil
function Undo:send(attempt, plan, write, target)
  local call = plan.call
  local row = operations.find(call.operation)
  local result, err = try(once.call, attempt.key, function()
    return client.send(row, call.values, call.fields)
  end, { ttl = attempts.TTL })
  if err and OF_ONE_ITEM[err.category] and err.outcome ~= "unknown" then return err end
  if err then error(err, 0) end
  self:note_new_id(write, target, result)
end

local NOT_DONE = { refused = true, not_sent = true, absent = true }

--- Why a write is not looked at any further; nil where it is.
function Undo:passed_over(write)
  if NOT_DONE[write.state] then return "not_done" end
  if write.state == "earlier" then return "none", "an earlier run did it: undo that one" end
  if write.state == "repeated" then return "none", "it was made again by a later run: undo that one" end
  if write.state ~= "done" then
    return "doubt", write.key and "it is not known whether it was done: loftyrun history settle says what is so"
      or "it is not known whether it was done: look in Lofty"
  end
  local row = operations.find(write.operation)
  if row and row.body and not write.has_fields then return "none", "what it sent was too long to be kept" end
end

--- Where an attempt has been made before: what is so. Returns the outcome, or nil where it is to be made now.
function Undo:after_attempt(attempt, plan, item)
  if attempt.state == "none" then
    if attempt.known and self.apply then attempts.was_not_done(attempt) end
    return nil
  end
  if attempt.state == "doubt" then
    if not self.apply then
      item.why = ("run %d was taking it back when it ended; --apply finds out what became of that"):format(attempt.run)
      return "doubt"
    end
    local known, why = self:settle(attempt, plan)
    if known == false then
      item.why = ("run %d was taking it back when it ended, and it is not known whether it did: %s"):format(attempt.run, why)
      return "doubt"
    end
    if attempt.state ~= "done" then return nil end
  elseif attempt.unfinished and self.apply then
    attempts.was_done(attempt)
  end
  item.by = attempt.run
  return "already"
end

--- Looks at one write, and takes it back.
---@return lofty.undo.Item
function Undo:item(record)
  local item = { number = record.number, operation = record.operation }
  local write = read_write(record)
  item.outcome, item.why = self:passed_over(write)
  if item.outcome then return item end
  local attempt = attempts.of(write.run, write.number)
  local way = ways.of(write.operation)
  -- What was taken back for certain needs no look at the thing.
  local is_done = attempt.state == "done"
  local plan, target, now
  if is_done then
    target = not way.why and way.target(write) or nil
    self:note_new_id(write, target, attempt.result)
    plan = outcome("same")
  else
    plan, target, now = self:plan(write)
  end
  if target then item.what, item.whose = worlds.describe(self.world:present(target), now) end
  item.outcome = self:after_attempt(attempt, plan, item)
  if item.outcome == "already" then
    if not is_done then self:note_new_id(write, target, attempt.result) end
  elseif not item.outcome then
    self:carry_out(item, attempt, plan, write, target)
  end
  if self.apply and (item.outcome == "undone" or item.outcome == "already" or item.outcome == "same") then
    attempts.release(write)
  end
  return item
end

function Undo:carry_out(item, attempt, plan, write, target)
  if plan.state == "ready" then plan = self:check(plan, target) end
  item.plan, item.outcome, item.why = plan, plan.state, plan.why
  if plan.state ~= "ready" then return end
  if self.apply then
    local err = self:send(attempt, plan, write, target)
    item.outcome, item.why = err and "failed" or "undone", err and ("%s: %s"):format(err.code, err.message)
    if err then return end
  end
  self.world:become(target, plan.becomes)
end

--- Calls f(item) for each write of the run, the newest first.
---@param run table of the journal
---@param apply boolean
---@param f fun(item: lofty.undo.Item)
function M.each(run, apply, f)
  local undo = setmetatable({ run = run, apply = apply, world = worlds.new(not apply), deleted = {}, left = {} }, Undo)
  local before = 0
  repeat
    local page = ask("writes_back", run.id, before, PAGE)
    for _, record in ipairs(page) do
      f(undo:item(record))
      before = record.number
    end
  until #page < PAGE
end

--- Takes the lock that keeps two from taking back at the same time for one account.
---@return userdata|nil lock to be closed; nil where another has it
---@return string|nil holder
function M.lock()
  local lock, process, since = store.try_lock("history", "undo " .. store.account())
  return lock, not lock and store.holder(process, since) or nil
end

return M
