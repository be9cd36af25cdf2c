--- Stand-ins for personal data: numbered in the order in which the values turn up, so that the same value gets the
--- same one throughout, and two recordings of the same run have the same ones. All of them are plainly invented.
local M = {}

local function phone(number, length)
  local text = ("%03d55501%02d"):format(200 + number // 100 % 800, number % 100)
  if length >= 10 then return text end
  -- Short ones have room for fewer; they are numbers of their own.
  return ("%0" .. length .. "d"):format(number % math.tointeger(10 ^ length))
end

--- As Lofty writes one: "Jun 5, 2001".
local function birthday(number)
  local seconds = number % 18000 * 86400
  return ("%s %d, %s"):format(os.date("!%b", seconds), tonumber(os.date("!%d", seconds)), os.date("!%Y", seconds))
end

local FORMS = {
  name = function(number) return "Person" .. number end,
  email = function(number) return ("person%d@example.com"):format(number) end,
  phone = function(number, key) return phone(number, #key) end,
  street = function(number) return number .. " Example Street" end,
  city = function(number) return "Exampleton " .. number end,
  zip = function(number) return ("%05d"):format(number) end,
  date = birthday,
  text = function(number) return "Text " .. number end,
  url = function(number) return "https://example.com/" .. number end,
  secret = function(number) return "secret-" .. number end,
}

--- A visitor that replaces, and remembers.
---@return lofty.traffic.Visitor
function M.visitor()
  local known, counts = {}, {}
  return function(class, key)
    local place = class == "phone" and class .. #key or class
    known[place] = known[place] or {}
    local found = known[place][key]
    if not found then
      counts[place] = (counts[place] or 0) + 1
      found = FORMS[class](counts[place], key)
      known[place][key] = found
    end
    return found
  end
end

return M
