--- What a script of a dry run would keep for later runs: it goes into the run's private copy of the store, so that the
--- script reads back what it kept, and into the plan, so that the run after `loftyrun apply` finds it.
local journal = require "lofty.journal"
local native = require "native.journal"
local once = require "lofty.once"
local store = require "lofty.store"

local M = {}

local add ---@type fun(item: table) into the plan

local function old_of(space, key) return (store.ask("dry run", "get", space, key)) end

--- Each change as { key, old, new }; old and new are absent where there is nothing.
local function set(space, changes)
  add { ["do"] = "keep", space = space, changes = changes }
end

local CHANGES = {
  put = function(space, key, value) set(space, { { key = key, old = old_of(space, key), new = value } }) end,
  remove = function(space, key)
    local old = old_of(space, key)
    if old then set(space, { { key = key, old = old } }) end
  end,
  put_all = function(space, entries)
    local changes = {}
    for index = 1, #entries, 2 do
      changes[#changes + 1] = { key = entries[index], old = old_of(space, entries[index]), new = entries[index + 1] }
    end
    if #changes > 0 then set(space, changes) end
  end,
  drop = function(space) add { ["do"] = "drop", space = space } end,
  sweep = function(space, prefix) add { ["do"] = "sweep", space = space, prefix = prefix } end,
}

local OWN = "dry run" -- the plan's own space

--- A counter becomes what it would be, once that is known.
local function increment(space, key, by)
  local old = old_of(space, key)
  local number = old == nil and 0 or math.tointeger(tonumber(old))
  local sum = number and number + by
  -- What cannot be counted up raises, and nothing is planned.
  local overflows = not sum or (by > 0) ~= (sum > number) and by ~= 0
  if not overflows then set(space, { { key = key, old = old, new = ("%d"):format(sum) } }) end
end

local function hear(method, space, ...)
  if space == OWN then return end
  if method == "increment" then return increment(space, ...) end
  local change = CHANGES[method]
  if change then change(space, ...) end
end

--- By the table that a planned write has returned: its number.
local number_of = setmetatable({}, { __mode = "k" })

--- Remembers which item returned a table, for what a function of lofty.once returns.
---@param result any
---@param number integer
function M.returned(result, number)
  if type(result) == "table" then number_of[result] = number end
end

local function hear_once(what, attempt, ...)
  local item = { ["do"] = "once", what = what, key = attempt.key, block = attempt.scope }
  if what == "begun" then
    item.ttl = ...
  elseif what == "done" then
    local _, result, value = ...
    item.result, item.of = result, type(value) == "table" and number_of[value] or nil
  elseif what == "failed" then
    item.why = ...
  elseif what == "settled" then
    item.how = ...
  end
  add(item)
end

--- Records a planned write of a function of lofty.once, as if it had been done: whether the function runs again, and
--- what it may do then, is decided by its writes.
---@param row table
---@param path string
---@param parameters string|nil JSON
---@param fields string|nil JSON
---@param key string
---@param result string|nil JSON
function M.record(row, path, parameters, fields, key, result)
  local numbers = store.given("dry run", native.send { { operation = row.name, method = row.method, path = path,
    parameters = parameters, fields = fields, key = key } })
  store.given("dry run", native.settle(native.run(), numbers[1], "done", result))
end

--- The attempt of lofty.once that the running task works for.
---@return table|nil
function M.attempt() return journal.scopes[require("native.task").scope()] end

--- From now on all that is kept is planned.
---@param into fun(item: table)
function M.begin(into)
  add = into
  store.planned, once.planned = hear, hear_once
end

return M
