--- lofty.on.webhook: what a handler of webhooks is registered with.
local Settings = require "lofty.settings"
local lists = require "lofty.inbox.lists"
local registry = require "lofty.registry"
local wording = require "lofty.wording"

local M = {}

local SECOND, DAY = 1000, 24 * 60 * 60 * 1000
local VERBS = { "created", "updated", "deleted", "finished" }

local settings = Settings.new {
  caller = "lofty.on.webhook",
  example = 'lofty.on.webhook("lead.updated", {}, function(event) ... end)',
  defaults = { concurrency = 4, coalesce = false, timeout = 60 * SECOND, retries = 9 },
  lengths = { timeout = { SECOND, DAY } },
  counts = { concurrency = { 1, 100 }, retries = { 0, 9 } },
  is_boolean = { coalesce = true },
}

--- "lead" and the like; and all names that Lofty's lists are known to have.
local kinds, names = {}, {}
for _, list in ipairs(lists) do
  kinds[list.kind] = true
  names[list.kind .. ".*"] = true
  for _, verb in ipairs(VERBS) do names[list.kind .. "." .. verb] = true end
end

--- What is wrong with the name of an event, or with a pattern of names; nil where nothing is. A verb that is none of the
--- four may come: the name of Lofty's array has it.
---@param pattern string
---@return string|nil
function M.mistake_in(pattern)
  if pattern == "*" or names[pattern] then return nil end
  local kind, verb = pattern:match("^(%l+)%.(%l+)$")
  local is_strange = kinds[kind] and #pattern <= 64 and verb:sub(-2) == "ed"
  if is_strange and not wording.suggestion(pattern, names):find("did you mean", 1, true) then return nil end
  local near = wording.suggestion(pattern, names)
  if near == "" then near = '; names are "lead.updated", "lead.*" or "*" (loftyrun help inbox)' end
  return ("there is no event %s%s"):format(wording.quoted(pattern), near)
end

local function check_pattern(pattern)
  if type(pattern) ~= "string" then
    settings:fail("the first argument must be an event's name, got %s; write %s", wording.describe(pattern), settings.example)
  end
  local mistake = M.mistake_in(pattern)
  if mistake then settings:fail("%s", mistake) end
  return pattern
end

--- Checks what a handler is registered with.
---@param pattern any
---@param options any
---@return string name
---@return lofty.Registration
function M.check(pattern, options)
  check_pattern(pattern)
  local registration = settings:check(options)
  registration.pattern = pattern
  registration.coalesce = registration.coalesce and 1 or 0
  return options.name == nil and pattern or settings:check_name(options.name), registration
end

--- See lofty.on.webhook.
---@param pattern string
---@param options lofty.WebhookOptions
---@param f fun(event: lofty.Event)
function M.register(pattern, options, f)
  registry.check(settings.caller)
  local name, registration = M.check(pattern, options)
  settings:check_function(f)
  registry.add(settings.caller, "webhook", name, registration, f)
end

return M
