--- Checks of the options that lofty.on takes, for all that a file registers: what is wrong is raised in its name.
local durations = require "lofty.time.durations"
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"

local SECOND, DAY = 1000, 24 * 60 * 60 * 1000

--- What others call some options, which is not spelt alike.
local SAME = { timezone = "tz", time_zone = "tz", timeZone = "tz", zone = "tz", id = "name", catchup = "catch_up",
  delay = "retry_delay", backoff = "retry_delay" }

---@class lofty.Settings
---@field caller string such as "lofty.on.schedule"
---@field example string a call of it
---@field defaults table<string, any> what holds where nothing is said, by name
---@field choices table<string, string[]>
---@field lengths table<string, integer[]> the least and the most, in milliseconds
---@field counts table<string, integer[]> likewise
---@field others table<string, fun(settings: lofty.Settings, value: any): any>
---@field is_boolean table<string, boolean>
local Settings = {}
Settings.__index = Settings

--- What a function takes; what is left out of `rules` is empty.
---@param rules table
---@return lofty.Settings
function Settings.new(rules)
  for _, kind in ipairs { "defaults", "choices", "lengths", "counts", "is_boolean", "others" } do
    rules[kind] = rules[kind] or {}
  end
  rules.names = { name = true }
  for name in pairs(rules.defaults) do rules.names[name] = true end
  return setmetatable(rules, Settings)
end

--- Raises at the script's line.
---@param message string
---@param ... any as string.format takes it
function Settings:fail(message, ...) misuse((self.caller .. ": " .. message):format(...)) end

function Settings:check_choice(key, value)
  local names = {}
  for _, name in ipairs(self.choices[key]) do
    if value == name then return value end
    names[name] = true
  end
  local near = type(value) == "string" and wording.suggestion(value, names, "it is one of") or ""
  return self:fail("%s must be %s, got %s%s", key, wording.listed(self.choices[key], "or"), wording.describe(value), near)
end

local function counted(count, unit) return ("%d %s%s"):format(count, unit, count == 1 and "" or "s") end

function Settings:check_length(key, value)
  local least, most = table.unpack(self.lengths[key])
  local length = durations.read(value)
  if type(value) == "number" and value == value and value > 0 and value < math.huge then
    length = math.floor(value * 1000 + 0.5)
  end
  if not length then self:fail('%s must be "30s", "5m", "2h", "1d" or seconds, got %s', key, wording.describe(value)) end
  if length < least or length > most then
    self:fail("%s must be from %s to %s, got %s", key, counted(least // SECOND, "second"), counted(most // DAY, "day"),
      wording.describe(value))
  end
  return length
end

function Settings:check_count(key, value)
  local least, most = table.unpack(self.counts[key])
  if math.type(value) == "integer" and value >= least and value <= most then return value end
  return self:fail("%s must be a whole number from %d to %d, got %s", key, least, most, wording.describe(value))
end

function Settings:check_boolean(key, value)
  if type(value) ~= "boolean" then self:fail("%s must be true or false, got %s", key, wording.describe(value)) end
  return value
end

--- Checks a name by which something stays known when its file changes.
---@param name any
---@return string
function Settings:check_name(name)
  local is_name = type(name) == "string" and #name <= 64 and name:find("^%w[%w._-]*$")
  if is_name then return name end
  return self:fail("a name is 1 to 64 letters, digits, - _ and . and begins with a letter or digit, got %s",
    wording.describe(name))
end

local KINDS = { { "choices", "check_choice" }, { "lengths", "check_length" }, { "counts", "check_count" },
  { "is_boolean", "check_boolean" } }

function Settings:check_one(key, value)
  for _, kind in ipairs(KINDS) do
    if self[kind[1]][key] ~= nil then return self[kind[2]](self, key, value) end
  end
  return self.others[key](self, value)
end

--- Checks a table of options; `name` is left to the caller.
---@param options any
---@return table<string, any> settings all of them, with what holds where nothing was said
function Settings:check(options)
  if type(options) ~= "table" then
    self:fail("the second argument must be a table of options, got %s; write %s", wording.describe(options), self.example)
  end
  for _, key in ipairs(wording.sorted_keys(options)) do
    if not self.names[key] then
      local same = SAME[key]
      self:fail("unknown option %s%s", wording.quoted(tostring(key)), self.names[same]
        and ("; did you mean %s?"):format(wording.quoted(same))
        or wording.suggestion(tostring(key), self.names))
    end
  end
  local settings = {}
  for key, default in pairs(self.defaults) do
    local value = options[key]
    if value == nil then value = default else value = self:check_one(key, value) end
    settings[key] = value
  end
  return settings
end

--- Checks that the last argument is what is to be called.
---@param f any
function Settings:check_function(f)
  if type(f) ~= "function" then
    self:fail("the third argument must be the function to call, got %s; write %s", wording.describe(f), self.example)
  end
end

return Settings
