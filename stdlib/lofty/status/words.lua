--- How the status page says numbers, times and names, and writes them into HTML.
local time = require "lofty.time"

local M = {}

local SECOND, MINUTE, HOUR, DAY = 1000, 60000, 3600000, 86400000

--- UTF-8 without control characters, of whatever bytes a script has put into a name.
---@param text string
---@return string
function M.clean(text)
  local parts, at = {}, 1
  while at <= #text do
    local _, bad = utf8.len(text, at)
    parts[#parts + 1] = text:sub(at, (bad or #text + 1) - 1)
    if not bad then break end
    parts[#parts + 1] = "\u{FFFD}"
    at = bad + 1
  end
  return (table.concat(parts):gsub("%c", " "):gsub("\u{85}", " "))
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

--- Text as it stands in HTML, in attributes as well.
---@param text any
---@return string
function M.html(text)
  return (M.clean(tostring(text)):gsub("[&<>\"']", ENTITIES))
end

--- 1,234,567
---@param number integer
---@return string
function M.count(number)
  local digits = ("%d"):format(number)
  local text, changed = digits, 1
  while changed > 0 do text, changed = text:gsub("^(-?%d+)(%d%d%d)", "%1,%2") end
  return text
end

--- "1 event", "2,000 events".
---@param number integer
---@param one string
---@param many string|nil
---@return string
function M.several(number, one, many)
  return ("%s %s"):format(M.count(number), number == 1 and one or many or one .. "s")
end

--- 12.3 MB; of powers of ten, as disks are sold.
---@param bytes integer
---@return string
function M.bytes(bytes)
  local units = { "kB", "MB", "GB", "TB" }
  if bytes < 1000 then return ("%d B"):format(bytes) end
  local value, unit = bytes / 1000, 1
  while value >= 999.95 and unit < #units do value, unit = value / 1000, unit + 1 end
  return ("%.1f %s"):format(value, units[unit])
end

--- A length of time in one or two units.
---@param ms integer
---@return string
function M.length(ms)
  if ms < SECOND then return ("%d ms"):format(math.max(0, ms)) end
  if ms < 10 * SECOND then return ("%.1f s"):format(ms / SECOND) end
  if ms < MINUTE then return ("%d s"):format(ms // SECOND) end
  if ms < HOUR then
    local rest = ms < 10 * MINUTE and ms // SECOND % 60 or 0
    return ("%d min"):format(ms // MINUTE) .. (rest > 0 and (" %d s"):format(rest) or "")
  end
  if ms < DAY then
    local rest = ms // MINUTE % 60
    return ("%d h"):format(ms // HOUR) .. (rest > 0 and (" %d min"):format(rest) or "")
  end
  local days, hours = ms // DAY, ms // HOUR % 24
  return (days == 1 and "1 day" or ("%d days"):format(days)) .. (days < 10 and hours > 0 and (" %d h"):format(hours) or "")
end

--- A length of time in one unit, or in two where the second one matters.
local function rough(ms)
  if ms >= MINUTE and ms < HOUR then return ("%d min"):format(ms // MINUTE) end
  if ms >= 2 * HOUR and ms < DAY then return ("%d h"):format(ms // HOUR) end
  if ms >= 2 * DAY then return ("%d days"):format(ms // DAY) end
  return M.length(ms)
end

--- "in 3 h", "5 min ago".
---@param at integer
---@param now integer
---@return string
function M.distance(at, now)
  if math.abs(at - now) < SECOND then return at > now and "now" or "just now" end
  return at > now and "in " .. rough(at - now) or rough(now - at) .. " ago"
end

--- 2026-11-24 06:30 -05:00
---@param at integer
---@param zone lofty.Zone
---@return string
function M.clock(at, zone)
  local text = time.iso(at, zone):gsub("T", " ")
  return text:sub(1, 16) .. " " .. text:match("[+-]%d%d:%d%d$")
end

--- A moment for people and for machines, and how far it is.
---@param at integer
---@param now integer
---@param zone lofty.Zone
---@return string html
function M.moment(at, now, zone)
  return ('<time datetime="%s">%s</time> <span class="far">%s</span>'):format(time.iso(at, zone), M.clock(at, zone),
    M.distance(at, now))
end

--- A word as a shell takes it.
---@param word string
---@return string
function M.shell(word)
  if word:find("^[%w/][%w/._-]*$") then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

return M
