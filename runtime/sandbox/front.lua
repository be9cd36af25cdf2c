--- What stands between the socket and a pretend Lofty, or a real one behind it: faults, the limit of calls and the
--- ledger. The host sends what `handle` returns, or forwards the request and hands what came back to `finish`.

local wire = require "sandbox.wire"

local M = {}
M.__index = M

-- How an injected 429 names the limit where there is none: Lofty's documented one for production.
local DOCUMENTED_LIMIT = 500

local TRIGGER = "/sandbox/trigger"

local FORWARDED = { GET = true, POST = true, PUT = true, DELETE = true, PATCH = true }

---@class sandbox.Ending what the host does to a reply
---@field delay integer ms before it is sent
---@field ending "cut"|"close"|"reset"|nil
---@field cut_in_body boolean
---@field cut_share number

---@class sandbox.FrontOptions
---@field seed string|nil of the sandbox
---@field upstream boolean|nil
---@field faults string|nil fault_spec.lua
---@field rate_limit string|nil quota.lua
---@field ledger string|nil a file to write at the end, "" for none; nil for no ledger
---@field now (fun(): integer)|nil epoch ms
---@field lag integer|nil ms, store.lua
---@field deliver boolean|nil whether webhooks are posted, by the host

local function new_dice(text, now)
  if not text then
    return nil
  end
  local spec, message = require("sandbox.fault_spec").parse(text)
  -- Small enough to be typed again.
  return spec and require("sandbox.faults").new(spec, now() * 7919 % 1000000007), message
end

-- Returns what is wrong.
local function open_ledger(self, path)
  self.ledger = require("sandbox.ledger").new(self.dice and self.dice.seed)
  self.ledger_path = require("sandbox.ledger").PATH
  if path == "" then
    return nil
  end
  local file, problem = io.open(path, "w")
  self.file = file
  return not file and "--ledger: cannot write " .. problem or nil
end

--- A front with what the options ask for, before a sandbox of its own or, with `upstream`, before whatever the host
--- forwards to.
---@param options sandbox.FrontOptions
---@return table|nil front
---@return string|nil message what is wrong with the options, one sentence
function M.new(options)
  local now = options.now or require("native.clock").now
  local self = setmetatable({ now = now, forwarded = {} }, M)
  local message
  self.dice, message = new_dice(options.faults, now)
  if not message and options.rate_limit then
    self.quota, message = require("sandbox.quota").parse(options.rate_limit)
  end
  if not message and not options.upstream then
    self.box, message = require("sandbox").new { seed = options.seed, now = options.now, lag = options.lag }
  end
  if not message and options.deliver and self.box then
    local dice = self.dice
    self.webhooks = require("sandbox.webhook_posts").new(self.box.store, dice and dice.spec.webhooks or {},
      dice and dice.seed or 0)
  end
  if not message and options.ledger then
    message = open_ledger(self, options.ledger)
  end
  if message then
    return nil, message
  end
  return self
end

--- The seed that repeats these faults, nil where there are none.
---@return integer|nil
function M:seed()
  return self.dice and self.dice.seed
end

local function ending_of(throw)
  local ending = throw.fault and throw.fault.ending
  if not ending and throw.delay == 0 then
    return nil
  end
  return { delay = throw.delay, ending = ending, cut_in_body = throw.cut_in_body, cut_share = throw.cut_share }
end

local function answer(exchange, status, headers, body)
  for name, value in pairs(exchange.headers) do
    headers[name:lower()] = nil -- what upstream says of its own limit
    headers[name] = value
  end
  return status, headers, body, ending_of(exchange.throw)
end

local function limit_headers(self)
  local quota, now = self.quota, self.now()
  local limit = quota and quota.rules[#quota.rules].limit or DOCUMENTED_LIMIT
  local form = quota and quota.form or "ms-left"
  return require("sandbox.quota").headers(form, limit, 0, now, self.dice.spec.wait_ms)
end

-- The reply that a fault puts in the place of the true one.
local function instead(self, exchange)
  local fault = exchange.throw.fault
  if fault.limit then
    exchange.headers = limit_headers(self)
  elseif fault.status == 429 then
    exchange.headers = {}
  end
  local kind, body = fault.kind, fault.body
  if not kind then
    kind, body = table.unpack(exchange.throw.garbage)
  end
  return answer(exchange, fault.status, { ["content-type"] = kind }, body)
end

-- The reply of those that never reach the sandbox; nil for all others.
local function turned_away(self, request, exchange)
  local fault = exchange.throw.fault
  local before = fault and not fault.done
  if before and fault.ending then
    return answer(exchange, 500, {}, "")
  end
  if self.quota then
    local credential = request.headers["authorization"] or ""
    local is_over
    exchange.headers, is_over = self.quota:count(credential, request.method, request.path, self.now())
    if is_over then
      if self.ledger then
        self.ledger:limited()
      end
      exchange.throw = { delay = exchange.throw.delay }
      return answer(exchange, wire.json(429, { message = "Too Many Requests" }))
    end
  end
  if before then
    return instead(self, exchange)
  elseif not self.box and not FORWARDED[request.method] then
    return answer(exchange, wire.json(405, { message = "Request method is not supported" }))
  end
  return nil
end

-- The sandbox's own paths, which a real Lofty does not have; nil for any other. With an upstream they are nobody's.
local function own_path(self, request)
  if request.path:sub(1, 9) ~= "/sandbox/" then
    return nil
  elseif self.ledger and request.path == self.ledger_path then
    return self.ledger:text()
  elseif self.webhooks and request.path == require("sandbox.webhook_posts").PATH then
    return self.webhooks:text()
  end
  return nil
end

local NOTHING = { delay = 0 }

--- Takes a request in.
---@param request table as for sandbox.handle
---@return integer|nil status nil: to be forwarded
---@return table headers_or_exchange the exchange, for `finish` or `lost`, where there is no status
---@return string|nil body
---@return sandbox.Ending|nil
function M:handle(request)
  local ledger, own = self.ledger, own_path(self, request)
  if own then
    return 200, { ["content-type"] = "application/json" }, own
  elseif request.path == TRIGGER then
    if not self.box then -- it would make events in whatever stands behind
      return wire.json(404, { message = "this is a proxy, and no sandbox" })
    end
    return require("sandbox.webhook_trigger").answer(self.box.store, request)
  end
  local exchange = { method = request.method, path = request.path, body = request.body, headers = {} }
  exchange.throw = self.dice and self.dice:throw(request.method, request.path) or NOTHING
  if ledger then
    ledger:received(exchange)
  end
  local status, headers, body, ending = turned_away(self, request, exchange)
  if ledger then
    ledger:met(exchange.throw)
  end
  if status then
    return status, headers, body, ending
  elseif not self.box then
    self.forwarded[exchange] = true
    return nil, exchange
  end
  return self:finish(exchange, self.box:handle(request))
end

--- Takes the reply to a request that was carried out, and returns what is to be sent.
---@param exchange table
---@param status integer
---@param headers table<string, string>|string as text where it was forwarded
---@param body string
---@return integer status, table headers, string body
---@return sandbox.Ending|nil
function M:finish(exchange, status, headers, body)
  local throw = exchange.throw
  self.forwarded[exchange] = nil
  if type(headers) == "string" then
    headers = require("sandbox.upstream").headers(headers)
  end
  if self.ledger then
    self.ledger:carried_out(exchange, status, body, throw.name)
  end
  if throw.fault and throw.fault.status then
    return instead(self, exchange)
  end
  return answer(exchange, status, headers, body)
end

--- There is no reply from upstream. What may have been carried out is passed on as what it is, a lost reply.
---@param exchange table
---@param is_sent boolean whether the request may have reached it
---@param message string
---@return integer status, table headers, string body
---@return sandbox.Ending|nil
function M:lost(exchange, is_sent, message)
  self.forwarded[exchange] = nil
  if not is_sent then
    return wire.json(502, { message = "not forwarded: " .. message })
  end
  if self.ledger then
    self.ledger:carried_out(exchange, nil, nil, "upstream")
  end
  return 502, {}, "", { delay = 0, ending = "close" }
end

--- What is to be posted to subscribed callbacks (webhook_posts.lua).
---@return table[] ready
---@return integer|nil wait ms
function M:posts()
  return self.webhooks:posts()
end

--- Hears what became of one.
---@param tag integer
---@param status integer|nil
function M:posted(tag, status)
  self.webhooks:done(tag, status)
end

--- Writes the ledger where it was asked for.
---@return boolean|nil ok
---@return string|nil message
function M:close()
  local file = self.file
  self.file = nil
  if not file then
    return true
  end
  for exchange in pairs(self.forwarded) do
    self.ledger:carried_out(exchange, nil, nil, "stopped")
  end
  local fine, problem = file:write(self.ledger:text(), "\n")
  local closed, late = file:close()
  return fine and closed, problem or late
end

return M
