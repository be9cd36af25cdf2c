--- A pretend Lofty: requests in, replies out, no sockets. `require "sandbox"`.
---
--- A request passes the gates of the real thing: consent page; token endpoints; credentials; path and method; Content-Type; body.
--- Then its operation either returns what to reply or refuses (wire.lua).

local json = require "native.json"
local wire = require "sandbox.wire"
local router = require "sandbox.router"
local auth = require "sandbox.auth"
local consent = require "sandbox.consent"
local store = require "sandbox.store"
local seeds = require "sandbox.seeds"

local M = {}
local Box = {}
Box.__index = Box

local find_route = router.new(require "sandbox.routes")

local TOKEN_PATHS = { ["/oauth/token"] = true, ["/api/user-web/oauth/token"] = true }

-- Demanded on every request that writes, DELETE included, and on the few reads whose row is `typed`; seen live.
local function check_content_type(request, row)
  local is_read = request.method == "GET"
  if is_read and not row.typed then
    return
  end
  local kind = (request.headers["content-type"] or ""):lower():match("^%s*([^;%s]*)")
  wire.demand(kind == "application/json", is_read and "UNSUPPORTED_TYPE" or "CONTENT_TYPE")
end

-- A row that `produces` another type than JSON is refused to those who do not accept it; seen live.
local function check_accept(request, row)
  local accept = request.headers["accept"]
  if not row.produces or not accept or not accept:find("%S") then
    return
  end
  local kind = row.produces:match("^[^/]+")
  for range in accept:lower():gmatch("[^,]+") do
    local wanted = range:match("^%s*([^;%s]*)")
    if (wanted == row.produces or wanted == kind .. "/*" or wanted == "*/*") and not range:find("q=0%.?0*%s*$") then
      return
    end
  end
  wire.refuse("NOT_ACCEPTABLE")
end

local function check_query(query)
  for _, pair in ipairs(query) do
    wire.demand(utf8.len(pair[2]), "INVALID_PARAMETER")
  end
end

local function decode_body(text, wanted)
  local body = json.decode(text or "", { keep_null = true })
  wire.demand(type(body) == "table", "INVALID_PARAMETER")
  wire.demand(json.is_array(body) == (wanted == "array"), "INVALID_PARAMETER")
  return body
end

local function handler_of(row)
  local module, name = row[3]:match("^(.+)%.(.+)$")
  return require("sandbox." .. module)[name]
end

local function answer(box, request)
  if TOKEN_PATHS[request.path] then
    wire.demand(request.method == "POST", "NO_SUCH_METHOD")
    return auth.token(box.store, request)
  elseif request.path == consent.PATH then
    wire.demand(request.method == "GET", "NO_SUCH_METHOD")
    return consent.page(box.store, request.query)
  end
  local is_limited = auth.check(box.store, request.headers)
  local row, found = find_route(request.method, request.path)
  if not row then
    wire.refuse(found and "NO_SUCH_METHOD" or "NO_SUCH_PATH")
  end
  check_content_type(request, row)
  check_accept(request, row)
  check_query(request.query)
  local reply = handler_of(row)(box.store, {
    path_params = found,
    query = request.query,
    body = row[4] and decode_body(request.body, row[4]) or nil,
    limited = is_limited,
  })
  if reply == nil then
    return 200, {}, ""
  elseif wire.is_answer(reply) then
    return reply.status, reply.headers, reply.body
  end
  return wire.json(200, reply)
end

--- Answers one request. A mistake of the sandbox's own becomes Lofty's internal error, with the reason in the
--- header x-sandbox-fault.
---@param request table { method, path (decoded), query = { {name, value}, ... }, headers (lower-case names), body }
---@return integer status
---@return table<string, string> headers
---@return string body
function Box:handle(request)
  local before = self.store.changes and #self.store.changes or 0
  local results = table.pack(xpcall(answer, function(problem)
    return wire.is_refusal(problem) and problem or debug.traceback(tostring(problem), 2)
  end, self, request))
  if results[1] then
    return table.unpack(results, 2, 4)
  end
  local problem = results[2]
  local changes = self.store.changes
  for index = changes and #changes or 0, before + 1, -1 do -- what is refused has not happened
    changes[index] = nil
  end
  if wire.is_refusal(problem) then
    return wire.reply(problem)
  end
  local status, headers, body = wire.reply({ name = "INTERNAL" })
  headers["x-sandbox-fault"] = tostring(problem):gsub("%s+", " ")
  return status, headers, body
end

--- A box with a state of its own.
---@param options { seed: string?, now: (fun(): integer)?, lag: integer? }? seed "demo" (default), "empty", "large:N";
---  now in epoch ms; lag in ms (store.lua)
---@return table|nil box
---@return string|nil message when the seed is none
function M.new(options)
  options = options or {}
  local now = options.now or require("native.clock").now
  local box = setmetatable({ store = store.new(now, options.lag) }, Box)
  local ok, message = seeds.fill(options.seed or "demo", box.store)
  if not ok then
    return nil, message
  end
  return box
end

return M
