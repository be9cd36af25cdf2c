--- The `large:N` seed: a lead is computed from its position, one field at a time and only when the field is read,
--- so that a filter over a million leads touches a million stages and nothing else.

local account = require "sandbox.account"
local times = require "sandbox.times"

local M = {}

M.MAX = 1000000
local FIRST_ID, ID_STEP = 1500000000000007, 7
local FIRST_USER_ID = 1500100000000009
local SPAN_MS = 1000 * times.DAY -- the oldest lead is at most this old
local PHONES = 78000 -- as many different 555-01xx numbers as area codes 200 to 979 give

local FIRST_NAMES = { "Ada", "Bruno", "Celia", "Darius", "Elena", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Kira",
  "Leo", "Mina", "Nils", "Olive", "Pavel", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wade", "Xenia" }
local LAST_NAMES = { "Abara", "Bexley", "Corwin", "Delacruz", "Eastman", "Farrow", "Grimaldi", "Hollis", "Ibsen",
  "Jarvis", "Kowalski", "Lindqvist", "Moreau", "Novak", "Okonkwo", "Penrose", "Quimby", "Rasmussen", "Sato" }
local SOURCES = { "Website", "Open House", "Referral", "Zillow", "Facebook" }
local TAGS = { "Newsletter", "Investor", "Relocating", "First Time Buyer" }
local SEGMENTS = { "Downtown", "Waterfront", "Suburbs" }
-- A stage appears as often as it is written: most leads are new or being tried.
local STAGES = { 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8 }

-- A number that looks random but depends on position and salt only.
local function mix(position, salt)
  local x = position * 0x9E3779B97F4A7C15 + salt * 0x2545F4914F6CDD1D
  x = (x ~ (x >> 31)) * 0x7FB5D329728EA185
  return ((x ~ (x >> 27)) & 0x7fffffff)
end

local function pick(list, position, salt)
  return list[mix(position, salt) % #list + 1]
end

local function email(position)
  return (pick(FIRST_NAMES, position, 1) .. "." .. pick(LAST_NAMES, position, 2) .. "." .. position
    .. "@example.com"):lower()
end

local function phone(position)
  return string.format("+1%03d55501%02d", 200 + (position - 1) // 100, (position - 1) % 100)
end

-- One function per field of a lead; a field without one is nil.
local function makers_of(count, now, tags)
  local step = math.max(1000, SPAN_MS // count)
  local makers = {}
  function makers.leadId(p) return FIRST_ID + p * ID_STEP end
  function makers.leadUserId(p) return FIRST_USER_ID + p * ID_STEP end
  function makers.firstName(p) return pick(FIRST_NAMES, p, 1) end
  function makers.lastName(p) return pick(LAST_NAMES, p, 2) end
  function makers.emails(p) return { email(p) } end
  function makers.phones(p) return p <= PHONES and { phone(p) } or {} end
  function makers.stage(p) return account.pipelines[pick(STAGES, p, 3)].name end
  function makers.source(p) return pick(SOURCES, p, 4) end
  function makers.assignedUserId(p) return account.members[mix(p, 5) % 3 + 1].user_id end
  function makers.score(p) return mix(p, 6) % 101 end
  function makers.tags(p) return mix(p, 7) % 3 == 0 and { pick(tags, p, 8) } or {} end
  function makers.segments(p) return mix(p, 9) % 4 == 0 and { pick(SEGMENTS, p, 10) } or {} end
  function makers.leadTypes(p) return { mix(p, 11) % 3 == 0 and 1 or 2 } end
  function makers.created(p) return now - (count - p + 1) * step end
  function makers.touched(p)
    local created = makers.created(p)
    return makers.stage(p) ~= "New Lead" and created + (now - created) * (mix(p, 12) % 100) // 100 or nil
  end
  function makers.visited(p) return makers.touched(p) end
  function makers.cannotText(p) return mix(p, 13) % 20 == 0 end
  function makers.unsubscription(p) return mix(p, 14) % 25 == 0 end
  return makers
end

--- A base for lead_store of `count` computed leads.
---@param count integer 1..M.MAX
---@param now integer epoch milliseconds all times count back from
---@param store table its tag definitions are filled
---@return table base
function M.new(count, now, store)
  local tags = {}
  for i, name in ipairs(TAGS) do
    tags[i] = store:tag(name, now - SPAN_MS)
  end
  local makers = makers_of(count, now, tags)
  local lazy = {
    __index = function(lead, field)
      local make = makers[field]
      local value = make and make(lead.position)
      rawset(lead, field, value)
      return value
    end,
  }
  local base = { count = count }

  function base.at(position)
    return setmetatable({ position = position }, lazy)
  end

  function base.copy(position)
    local lead = {}
    for field, make in pairs(makers) do
      lead[field] = make(position)
    end
    return lead
  end

  function base.position_of(id)
    local position = (id - FIRST_ID) // ID_STEP
    local is_ours = position >= 1 and position <= count and FIRST_ID + position * ID_STEP == id
    return is_ours and position or nil
  end

  function base.find_email(address)
    local position = tonumber(address:match("%.(%d+)@example%.com$"))
    return position and position >= 1 and position <= count and email(position) == address and position or nil
  end

  function base.find_phone(digits)
    local area, last = digits:match("^(%d%d%d)55501(%d%d)$")
    if not area then
      return nil
    end
    local position = (tonumber(area) - 200) * 100 + tonumber(last) + 1
    return position >= 1 and position <= math.min(count, PHONES) and position or nil
  end

  return base
end

return M
