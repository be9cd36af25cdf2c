--- What really happened, kept beside what clients were told: which writes were carried out, on which ids, how often,
--- and whose replies never went out as they were. A test compares it with what its client believes.
---
--- `answered` counts the true replies that were sent. Whether one arrived only the client knows: it may have timed out,
--- been killed or hung up. So a write that its client knows nothing about is not always among the `unanswered`, which are
--- those whose reply a fault withheld or changed; whether it was done is in `ids` and `done` all the same.

local json = require "native.json"
local scope = require "sandbox.scope"

local M = {}
M.__index = M

--- Where a test can read it.
M.PATH = "/sandbox/ledger"

--- An empty ledger.
---@param seed integer|nil of the faults
---@return table
function M.new(seed)
  return setmetatable({
    seen = {}, -- how often each write was done, by method, path and body
    totals = {
      seed = seed, requests = 0, carried_out = 0, answered = 0, limited = 0, delayed = 0,
      faults = {}, statuses = {}, operations = {}, unanswered = json.array {},
    },
  }, M)
end

local function add(counts, name)
  counts[name] = (counts[name] or 0) + 1
end

local function entry_of(self, method, path)
  local row, params = scope.operation(method, path)
  local name = row and row.name or method .. " " .. path
  local entry = self.totals.operations[name]
  if not entry then
    entry = { received = 0, carried_out = 0, done = 0, answered = 0, repeated = 0, ids = {} }
    self.totals.operations[name] = entry
  end
  return name, entry, row, params
end

--- A request came in whole.
---@param exchange table { method, path, body }
function M:received(exchange)
  self.totals.requests = self.totals.requests + 1
  exchange.operation, exchange.entry, exchange.row, exchange.params = entry_of(self, exchange.method, exchange.path)
  exchange.entry.received = exchange.entry.received + 1
end

--- A fault, a delay or the limit met it.
---@param throw table
function M:met(throw)
  if throw.name then
    add(self.totals.faults, throw.name)
  end
  if throw.delay > 0 then
    self.totals.delayed = self.totals.delayed + 1
  end
end

function M:limited()
  self.totals.limited = self.totals.limited + 1
end

-- Some refusals come with HTTP 200 and a code in the body.
local function is_done(status, reply)
  if status < 200 or status > 299 then
    return false
  elseif type(reply) ~= "table" then
    return true
  end
  local inner = type(reply.status) == "table" and reply.status or {}
  local code = reply.code or reply.errorCode or inner.code
  return math.type(code) ~= "integer" or code == 0
end

local function below(reply, path)
  for name in (path or ""):gmatch("[^.]+") do
    reply = type(reply) == "table" and reply[name]
  end
  return type(reply) == "table" and reply or {}
end

-- The id that a create answered, or the last one in the path.
local function id_of(exchange, reply)
  local row = exchange.row
  if row and row.answers then
    return below(reply, row.reply)[row.answers]
  end
  local last = row and row.path:match(".*{(.-)}")
  return last and exchange.params[last]
end

local function is_write(exchange)
  return exchange.method ~= "GET" and not (exchange.row and exchange.row.read)
end

local function note_done(self, exchange, id)
  local entry = exchange.entry
  entry.done = entry.done + 1
  if id ~= nil then
    add(entry.ids, tostring(id))
  end
  -- What is no operation may be a login: its body is not kept, not even here.
  local key = exchange.row and exchange.method .. " " .. exchange.path .. "\n" .. exchange.body
  if key then
    entry.repeated = entry.repeated + (self.seen[key] and 1 or 0)
    self.seen[key] = true
  end
end

--- A request was carried out, and this is what came of it.
---@param exchange table
---@param status integer|nil nil when an upstream's reply was lost: then nobody knows
---@param body string|nil
---@param fault string|nil what kept the true reply from the client
function M:carried_out(exchange, status, body, fault)
  local totals, entry = self.totals, exchange.entry
  totals.carried_out = totals.carried_out + 1
  entry.carried_out = entry.carried_out + 1
  add(totals.statuses, status and tostring(status) or "unknown")
  if not fault then
    totals.answered = totals.answered + 1
    entry.answered = entry.answered + 1
  end
  if not is_write(exchange) then
    return
  end
  local reply = body and json.decode(body)
  local done = status and is_done(status, reply)
  local id = id_of(exchange, reply)
  if done then
    note_done(self, exchange, id)
  end
  if fault then
    totals.unanswered[#totals.unanswered + 1] = {
      operation = exchange.operation, path = exchange.path, id = id ~= nil and tostring(id) or nil,
      status = status, done = done, fault = fault,
    }
  end
end

--- The ledger as JSON.
---@return string
function M:text()
  return assert(json.encode(self.totals))
end

return M
