--- Whether a line is kept for later sessions: not where it holds, or may hold, a secret.
local run = require "native.run"

local M = {}

--- Words that a secret is likely to stand behind.
local NAMES = { "api_?key", "access_?token", "refresh_?token", "token", "secret", "password", "passwd", "authorization",
  "bearer", "credential", "customer_?key" }

--- Long texts of letters and digits as keys and tokens are; ids are digits alone, names have no digits.
local function looks_random(word)
  return #word >= 24 and word:find("%d") ~= nil and word:find("%a") ~= nil
end

---@param line string
---@return boolean
function M.may_be_kept(line)
  if line:find("^%s") or run.redact(line) ~= line then return false end
  local lower = line:lower()
  for _, name in ipairs(NAMES) do
    local pattern = name:gsub("_%?", "[_%%- ]?")
    -- With something that could be the value behind it: a name alone is no secret.
    if lower:find(pattern .. "[\"'%]]*%s*[=:,%s]%s*[\"']?[^%s\"',;(){}]") then return false end
  end
  for word in line:gmatch("[%w_%-+=]+") do
    if looks_random(word) and not word:find("^[%a_]+$") then return false end
  end
  return not line:find("://[^/%s]*:[^/%s]*@") and not line:find("eyJ[%w_%-]+%.")
end

return M
