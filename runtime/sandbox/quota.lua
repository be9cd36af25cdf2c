--- Lofty's limit of calls: windows of a minute for each credential, and the headers that tell of them.

local fault_spec = require "sandbox.fault_spec"
local scope = require "sandbox.scope"

local M = {}
M.__index = M

local PERIODS = { s = 1000, min = 60000, m = 60000 }

-- What X-RateLimit-Reset holds. The documentation says epoch seconds and shows what can only be milliseconds left.
local FORMS = {
  ["epoch-s"] = function(now, left)
    return (now + left + 999) // 1000
  end,
  ["epoch-ms"] = function(now, left)
    return now + left
  end,
  ["ms-left"] = function(_, left)
    return left
  end,
  none = function()
    return nil
  end,
}
local FORM_NAMES = { "epoch-ms", "epoch-s", "ms-left", "none" }

local function read_rule(item)
  local count, period, where = item:match("^(%d+)/([%w.]+)@?(.*)$")
  local limit = count and math.tointeger(tonumber(count))
  local length = period and (PERIODS[period] or fault_spec.duration(period))
  if not limit or limit < 1 or not length or length < 1 then
    return nil, string.format('"%s" is no limit; write 600/min, 10/s or 50/10s', item)
  end
  local found, problem = scope.parse(where ~= "" and where or "/")
  return found and { limit = limit, period = length, scope = found, narrow = #where }, problem
end

--- Reads "600/min,20/min@/v2.0/ai,reset:ms-left": limits, each for all requests or for those named behind "@", and
--- the form of X-RateLimit-Reset (epoch-s, epoch-ms, ms-left, none) or headers:none.
---@param text string
---@return table|nil quota
---@return string|nil message one sentence
function M.parse(text)
  local self = setmetatable({ rules = {}, form = "epoch-s", shows = true, windows = {} }, M)
  for item in (text .. ","):gmatch("%s*([^,]-)%s*,") do
    local form = item:match("^reset:(.*)$")
    if item == "headers:none" then
      self.shows = false
    elseif form then
      if not FORMS[form] then
        return nil, string.format('--rate-limit: "%s" is no form of the reset: %s', form, scope.meant(form, FORM_NAMES))
      end
      self.form = form
    else
      local rule, problem = read_rule(item)
      if not rule then
        return nil, "--rate-limit: " .. problem
      end
      self.rules[#self.rules + 1] = rule
    end
  end
  if not self.rules[1] then
    return nil, "--rate-limit: there is no limit in it; write 600/min"
  end
  -- A request counts where its limit is the narrowest: some endpoints have one of their own.
  table.sort(self.rules, function(a, b)
    return a.narrow > b.narrow
  end)
  return self
end

--- The headers of a window.
---@param form string one of FORMS
---@param limit integer
---@param remaining integer
---@param now integer epoch ms
---@param left integer ms until the window ends
---@return table<string, string>
function M.headers(form, limit, remaining, now, left)
  local reset = FORMS[form](now, left)
  return {
    ["X-RateLimit-Limit"] = tostring(limit),
    ["X-RateLimit-Remaining"] = tostring(remaining),
    ["X-RateLimit-Reset"] = reset and tostring(reset),
  }
end

-- A credential's windows follow each other without a gap from its first request on.
local function window_of(self, rule, credential, now)
  local windows = self.windows[rule] or {}
  self.windows[rule] = windows
  local window = windows[credential]
  if not window then
    window = { start = now, used = 0 }
    windows[credential] = window
  end
  local passed = now - window.start
  if passed >= rule.period then
    window.start, window.used = window.start + passed // rule.period * rule.period, 0
  end
  return window
end

--- Counts a request.
---@param credential string
---@param method string
---@param path string
---@param now integer epoch ms
---@return table<string, string> headers for its reply
---@return boolean is_over whether it is refused
function M:count(credential, method, path, now)
  for _, rule in ipairs(self.rules) do
    if scope.covers(rule.scope, method, path) then
      local window = window_of(self, rule, credential, now)
      local is_over = window.used >= rule.limit
      if not is_over then
        window.used = window.used + 1
      end
      local left = window.start + rule.period - now
      return self.shows and M.headers(self.form, rule.limit, rule.limit - window.used, now, left) or {}, is_over
    end
  end
  return {}, false
end

return M
