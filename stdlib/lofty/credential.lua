--- Calls under an OAuth grant: each gets a token first, and one that Lofty refuses is renewed once. Whoever makes calls
--- loads this before anything else stands in front of native.http, so that what is traced or recorded is the call and
--- what came of it, never how its token was got. With an API key, or a token given as it is, there is nothing to do.
local http = require "native.http"
local log = require "native.log"
local native = require "native.credential"
local permits = require "lofty.permits"

local M = {}

--- A call that was refused for its token did nothing, so it is made again, a create too.
local function renew(call, request, refused)
  local serial, code, message, info = native.obtain(refused)
  if not serial then return nil, code, message, info end
  log.write("info", ("%s %s: the token was refused and is renewed"):format(request.method,
    request.target:match("^[^?]*")))
  local _, limited = permits.wait { name = request.operation }
  if limited then return nil, limited.code, limited.message, { sent = false, retry_after = limited.retry_after } end
  return call(request)
end

local function around(call)
  return function(request)
    local serial = native.ready()
    if not serial then
      local code, message, info
      serial, code, message, info = native.obtain()
      if not serial then return nil, code, message, info end
    end
    local response, code, message, info = call(request)
    if response and response.status == 401 then return renew(call, request, serial) end
    return response, code, message, info
  end
end

if native.is_grant() then http.call = around(http.call) end

return M
