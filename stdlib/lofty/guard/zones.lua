--- In which time zones a lead may live, by the state of their address, or its postcode where there is no state. Nothing is
--- guessed: of a state with several zones all are given, and neither area codes nor properties say where somebody lives.
local M = {}

local HAWAII, ALASKA, ALEUTIANS = "Pacific/Honolulu", "America/Anchorage", "America/Adak"
local PACIFIC, MOUNTAIN, PHOENIX = "America/Los_Angeles", "America/Denver", "America/Phoenix"
local CENTRAL, EAST = "America/Chicago", "America/New_York"

--- Codes by zones: also zones of a few counties, and those that a town on the border keeps.
local ZONES = {}
for codes, zones in pairs {
  ["CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV"] = { EAST },
  ["FL IN KY MI TN"] = { EAST, CENTRAL },
  ["AL"] = { CENTRAL, EAST },
  ["AR IA IL LA MN MO MS OK WI"] = { CENTRAL },
  ["KS ND NE SD TX"] = { CENTRAL, MOUNTAIN },
  ["CO MT NM UT WY"] = { MOUNTAIN },
  ["ID NV OR"] = { MOUNTAIN, PACIFIC },
  ["CA WA"] = { PACIFIC },
  ["AZ"] = { PHOENIX, MOUNTAIN },
  ["AK"] = { ALASKA, ALEUTIANS },
  ["HI"] = { HAWAII },
  ["PR VI"] = { "America/Puerto_Rico" },
  ["GU MP"] = { "Pacific/Guam" },
  ["AS"] = { "Pacific/Pago_Pago" },
  ["AB NT"] = { "America/Edmonton" },
  ["BC"] = { "America/Vancouver", "America/Edmonton", "America/Dawson_Creek" },
  ["MB"] = { "America/Winnipeg" },
  ["NB NS PE"] = { "America/Halifax" },
  ["NL"] = { "America/St_Johns", "America/Goose_Bay" },
  ["NU"] = { "America/Iqaluit", "America/Rankin_Inlet", "America/Cambridge_Bay", "America/Resolute" },
  ["ON"] = { "America/Toronto", "America/Winnipeg", "America/Panama" }, -- Atikokan keeps standard time all year
  ["QC"] = { "America/Toronto", "America/Halifax", "America/Puerto_Rico" },
  ["SK"] = { "America/Regina", "America/Edmonton" },
  ["YT"] = { "America/Whitehorse" },
} do
  for code in codes:gmatch("%a+") do ZONES[code] = zones end
end

local CODES = {}
for line in ([[
AL alabama|AK alaska|AZ arizona|AR arkansas|CA california|CO colorado|CT connecticut|DE delaware|FL florida|GA georgia
HI hawaii|ID idaho|IL illinois|IN indiana|IA iowa|KS kansas|KY kentucky|LA louisiana|ME maine|MD maryland
MA massachusetts|MI michigan|MN minnesota|MS mississippi|MO missouri|MT montana|NE nebraska|NV nevada|NH new hampshire
NJ new jersey|NM new mexico|NY new york|NC north carolina|ND north dakota|OH ohio|OK oklahoma|OR oregon|PA pennsylvania
RI rhode island|SC south carolina|SD south dakota|TN tennessee|TX texas|UT utah|VT vermont|VA virginia|WA washington
WV west virginia|WI wisconsin|WY wyoming|DC district of columbia|DC washington dc|PR puerto rico|VI virgin islands
GU guam|AS american samoa|AB alberta|BC british columbia|MB manitoba|NB new brunswick|NL newfoundland and labrador
NL newfoundland|NS nova scotia|NT northwest territories|NU nunavut|ON ontario|PE prince edward island|QC quebec
QC québec|SK saskatchewan|YT yukon]]):gmatch("[^|\n]+") do
  local code, name = line:match("^(%u%u) (.+)$")
  CODES[name] = code
end

--- The first three digits of a ZIP code, from each of these on; a dot is no state's (military, the Pacific, not in use).
local PREFIXES = {}
for from, code in ([[
000 . 005 NY 006 PR 008 VI 009 PR 010 MA 028 RI 030 NH 039 ME 050 VT 055 MA 056 VT 060 CT 070 NJ 090 . 100 NY 150 PA 197 DE
200 DC 201 VA 202 DC 206 MD 220 VA 247 WV 269 . 270 NC 290 SC 300 GA 320 FL 340 . 341 FL 350 AL 370 TN 386 MS 398 GA 400 KY
428 . 430 OH 460 IN 480 MI 500 IA 529 . 530 WI 550 MN 568 . 570 SD 578 . 580 ND 589 . 590 MT 600 IL 630 MO 660 KS 680 NE
694 . 700 LA 715 . 716 AR 730 OK 733 TX 734 OK 750 TX 800 CO 817 . 820 WY 832 ID 839 . 840 UT 848 . 850 AZ 866 . 870 NM
885 TX 886 . 889 NV 899 . 900 CA 962 . 967 HI 969 . 970 OR 980 WA 995 AK]]):gmatch("(%d+) (%S+)") do
  PREFIXES[#PREFIXES + 1] = { from = tonumber(from), code = code }
end

--- The first letter of a Canadian postcode.
local LETTERS = { A = "NL", B = "NS", C = "PE", E = "NB", G = "QC", H = "QC", J = "QC", K = "ON", L = "ON", M = "ON",
  N = "ON", P = "ON", R = "MB", S = "SK", T = "AB", V = "BC", Y = "YT" }

local function plain(text)
  if type(text) ~= "string" then return "" end
  return (text:gsub("%s+", " "):gsub("[%.,]", ""):match("^ ?(.-) ?$"))
end

local function code_of_state(state)
  local upper = state:upper():gsub("^US%-", ""):gsub("^CA%-", "")
  return ZONES[upper] and upper or CODES[state:lower()]
end

local function code_of_postcode(text)
  local digits = text:match("^(%d%d%d)%d%d$") or text:match("^(%d%d%d)%d%d ?%-? ?%d%d%d%d$")
  if not digits then
    local letter, digit = text:upper():match("^(%a)(%d)%a ?%d%a%d$")
    return digit and LETTERS[letter]
  end
  local number, found = tonumber(digits), nil
  for _, prefix in ipairs(PREFIXES) do
    if prefix.from > number then break end
    found = prefix.code
  end
  return found
end

--- The addresses at which a lead may live: the lead's own, which Lofty calls deprecated but has, and of the properties the
--- mailing address and the home. What a lead looks at or sells says nothing.
---@param lead table as Lofty has it
---@return { state: any, zipCode: any }[]
function M.homes(lead)
  local homes = { { state = lead.state, zipCode = lead.zipCode } }
  local properties = lead.leadPropertyList
  for _, property in ipairs(type(properties) == "table" and properties or {}) do
    if type(property) == "table" and (property.mailAddress == true or property.label == "Home") then
      homes[#homes + 1] = { state = property.state, zipCode = property.zipCode }
    end
  end
  return homes
end

--- The zones in which a lead may live.
---@param homes { state: any, zipCode: any }[]
---@return string[] zones none where no address says
function M.of(homes)
  local zones, seen = {}, {}
  for _, home in ipairs(homes) do
    local code = code_of_state(plain(home.state)) or code_of_postcode(plain(home.zipCode))
    for _, zone in ipairs(code and ZONES[code] or {}) do
      if not seen[zone] then zones[#zones + 1], seen[zone] = zone, true end
    end
  end
  return zones
end

return M
