--- What a reply's headers say about Lofty's limit of calls, and how long to wait.

local M = {}

--- Lofty's windows last a minute, so no reset can be further away than that.
local WINDOW = 60

local MONTHS = {
  Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

--- Days from 1970-01-01 to a date of the Gregorian calendar; os.time would take it for local time.
local function days_since_1970(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 719469
end

--- Seconds since 1970 of an HTTP date such as "Sun, 06 Nov 1994 08:49:37 GMT"; nil where it is none.
local function http_date(text)
  local day, month, year, hour, minute, second =
    (text or ""):match("^%s*%a+,%s+(%d+)%s+(%a+)%s+(%d%d%d%d)%s+(%d+):(%d+):(%d+)%s+GMT")
  if not day or not MONTHS[month] then return nil end
  local days = days_since_1970(math.tointeger(year), MONTHS[month], math.tointeger(day))
  return days * 86400 + hour * 3600 + minute * 60 + second
end

--- Seconds until X-RateLimit-Reset. It is documented as epoch seconds, but its documented example (21000) can only
--- be milliseconds that are left; so its size decides, and no answer is longer than the window.
local function until_reset(reset, now)
  local left
  if reset >= 1e12 then left = reset / 1000 - now
  elseif reset >= 1e9 then left = reset - now
  else left = reset / 1000 end
  return math.max(0, math.min(WINDOW, left))
end

--- Reads the X-RateLimit-* and Retry-After headers of a reply.
---@param headers table<string, string> names in lower case
---@param now_ms integer this machine's clock, epoch milliseconds; the reply's own Date is preferred to it
---@return { limit: integer|nil, remaining: integer|nil, reset: number|nil }|nil rate_limit `reset` in seconds from now
---@return number|nil retry_after seconds, from Retry-After, else from the reset
function M.read(headers, now_ms)
  local now = http_date(headers.date) or now_ms / 1000
  local reset = tonumber(headers["x-ratelimit-reset"])
  local rate_limit = {
    limit = math.tointeger(tonumber(headers["x-ratelimit-limit"])),
    remaining = math.tointeger(tonumber(headers["x-ratelimit-remaining"])),
    reset = reset and until_reset(reset, now),
  }
  local wait = tonumber(headers["retry-after"])
  if not wait then
    local at = http_date(headers["retry-after"])
    wait = at and at - now
  end
  local retry_after = wait and math.max(0, wait) or rate_limit.reset
  return next(rate_limit) and rate_limit or nil, retry_after
end

return M
