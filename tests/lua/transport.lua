--- A pretend native.http for tests: install it before anything of lofty is required, then say what each call gets.
---
---   local transport = require "transport"
---   transport.reply { { status = 200, json = { leadId = 5 } }, { failure = { "TIMEOUT", "too slow", true } } }
---   ... transport.calls[1].target ...
local json = require "native.json"

local retry = require "native.retry"

local M = {
  calls = {}, ---@type { method: string, target: string, body: string|nil }[]
  retrying = false, -- whether failed calls are made again; otherwise each reply is an answer of its own
}

local admit, decide = retry.admit, retry.decide
function retry.admit(...) return M.retrying and admit(...) or 0 end
function retry.decide(attempt)
  if not M.retrying then attempt.allowed = 0 end
  return decide(attempt)
end

local script

--- What the next calls are answered with, one after the other; or a function of the request. Forgets earlier calls.
---@param replies table[]|fun(request: table, number: integer): table
function M.reply(replies)
  M.calls = {}
  script = type(replies) == "function" and replies or function(_, number) return replies[number] end
end

--- "GET /v1.0/leads?limit=5" of each call made.
---@return string[]
function M.sent()
  local lines = {}
  for index, call in ipairs(M.calls) do lines[index] = call.method .. " " .. call.target end
  return lines
end

-- Nothing is sent, so no reply teaches a limit, and there is none.
require("native.quota").take = function() return 0 end

package.loaded["native.http"] = {
  call = function(request)
    M.calls[#M.calls + 1] = request
    local reply = script(request, #M.calls)
    if not reply then error("call " .. #M.calls .. " was not expected: " .. request.method .. " " .. request.target) end
    if reply.failure then
      local code, message, sent = table.unpack(reply.failure)
      return nil, code, message, { sent = sent, elapsed = 0.25 }
    end
    return {
      status = reply.status or 200,
      headers = reply.headers or {},
      body = reply.body or reply.json and assert(json.encode(reply.json)) or "",
      elapsed = 0.125,
    }
  end,
}

return M
