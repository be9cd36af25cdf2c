--- One pass of webhooks.sync: what there is, read once; what is there twice and may go; what is missing, made; what else
--- may go. It looks again at the end, since others may have made the same meanwhile.
local clock = require "native.clock"
local code = require "lofty.code"
local digest = require "native.digest"
local lists = require "lofty.helpers.webhook_lists"
local lofty = require "lofty"
local lofty_error = require "lofty.error"
local log = require "native.log"

local try = lofty_error.try

local M = {}
M.__index = M

local NAME = "webhooks.sync"
local WAIT = "10m" -- for another pass on this machine
local MEMORY, SEEN = "lofty.webhooks", "seen" -- in lofty.state: what earlier passes left in place and
--- when they made it, without its URLs

local COUNTED = { "kept", "created", "missing", "different", "twice", "other", "removed", "gone", "refused", "failed" }

---@param wanted lofty.webhooks.Wanted[]
---@param options table
---@return table
function M.new(wanted, options)
  local pass = setmetatable({ wanted = wanted, check = options.check or false, may = options, hosts = {}, steps = {},
    is_wanted = {}, list_is_wanted = {}, list_is_there = {}, places = {} }, M)
  for _, hook in ipairs(wanted) do
    pass.is_wanted[lists.key(hook)], pass.list_is_wanted[hook.listId] = hook, true
  end
  for _, url in ipairs(options.remove_at or {}) do pass.places[lists.normal(url)] = true end
  for _, host in ipairs(options.make_room or {}) do pass.hosts[host:lower()] = true end
  return pass
end

function M:step(what, hook, more)
  local step = { what = what, list = lists.name(hook.listId), listId = hook.listId, callbackUrl = hook.callbackUrl,
    shown = lists.shown(hook.listId, hook.callbackUrl), subscribeId = hook.subscribeId }
  for name, value in pairs(more or {}) do step[name] = value end
  self.steps[#self.steps + 1] = step
end

function M:result()
  local result = { steps = self.steps }
  for _, what in ipairs(COUNTED) do result[what] = 0 end
  for _, step in ipairs(self.steps) do result[step.what] = (result[step.what] or 0) + 1 end
  local present = {}
  for _, step in ipairs(self.steps) do
    if step.what == "kept" or step.what == "created" then present[lists.key(step)] = true end
  end
  result.right = result.twice == 0 and result.different == 0
  for key in pairs(self.is_wanted) do result.right = result.right and present[key] == true end
  result.changed = not self.check and result.created + result.removed > 0
  return result
end

--- Raises a failure with what was done until then.
function M:fail(err, hook)
  err = lists.in_words(NAME, err, hook)
  err.result = self:result()
  error(err, 0)
end

--- What there is. A subscription without an id or a URL is nothing that could be compared.
local function read()
  local hooks = lofty.webhooks.list()
  for _, hook in ipairs(hooks) do
    if math.type(hook.subscribeId) ~= "integer" or type(hook.callbackUrl) ~= "string" then
      error(lofty_error.new { code = "INVALID_RESPONSE", operation = NAME,
        message = "a subscription in Lofty's list has no subscribeId or no callbackUrl; nothing is done" }, 0)
    end
  end
  return hooks
end

local function describe(hook) return ("%d, %s"):format(hook.subscribeId, lists.shown(hook.listId, hook.callbackUrl)) end

--- Removes one.
---@return "removed"|"gone"|"refused"
function M:remove(hook, why)
  hook.is_gone = true
  if self.check then
    self:step("removed", hook, { why = why })
    return "removed"
  end
  local _, err = try(lofty.webhooks.delete, hook.subscribeId)
  local what = "removed"
  if err and err:is(code.WEBHOOK_DELETE_NOT_EXIST) then
    what = "gone"
  elseif err and err:is(code.WEBHOOK_DELETE_NO_AUTHORITY) then
    what, hook.is_gone = "refused", nil
    log.write("warn", ("%s: another application's, which alone can remove it: %s"):format(NAME, describe(hook)))
  elseif err then
    self:fail(err, hook)
  end
  self:step(what, hook, { why = why, code = err and err.code })
  return what
end

function M:look_at_duplicates(hooks)
  local kept = lists.keepers(hooks, self.is_wanted)
  for _, hook in ipairs(hooks) do
    if kept[lists.key(hook)] ~= hook then
      local may_go = self.may.remove_duplicates or self.places[lists.normal(hook.callbackUrl)]
      if may_go then self:remove(hook, "twice") else self:step("twice", hook) end
    end
  end
  return kept
end

--- How bad it is for this one to go: not at all where its list is delivered elsewhere, or where nobody wants it; a
--- moment's events where its place is taken at once; else those of all the time until its turn comes.
function M:loss(hook, wanted)
  if not self.list_is_wanted[hook.listId] or self.list_is_there[hook.listId] then return 1 end
  return hook.listId == wanted.listId and 2 or 3
end

--- Removes one that may go where there is no room.
---@return "removed"|"gone"|nil outcome nil where there is none left
function M:make_room(hooks, wanted)
  local best
  for _, hook in ipairs(hooks) do
    local is_spare = not hook.is_gone and not hook.is_refused and not self.is_wanted[lists.key(hook)]
    local may_go = is_spare and (self.may.remove_others or self.hosts[lists.host(hook.callbackUrl)])
    if may_go and (not best or self:loss(hook, wanted) < self:loss(best, wanted)) then best = hook end
  end
  local outcome = best and self:remove(best, "room")
  if outcome ~= "refused" then return outcome end
  best.is_refused = true
  return self:make_room(hooks, wanted)
end

--- What was refused for a reason of its own is no reason to leave the others out, where that was said.
function M:give_up(err, wanted)
  local told = lists.in_words(NAME, err, wanted)
  if not self.may.go_on or told == err then self:fail(err, wanted) end
  self:step("failed", wanted, { error = told })
end

--- Creates one, and removes one first where there is no room. Only one: where there is still no room after that, the
--- limit that was met is another one, and nobody's second subscription is to be lost to a wrong guess.
---@return table|nil made nil where it was refused and the others are wanted all the same
function M:create(wanted, hooks)
  local removal
  while true do
    local made, err = try(lofty.webhooks.create, wanted, { verify = true })
    if made then return made end
    if not err:is(code.WEBHOOK_EXCEED_LIMIT) then return self:give_up(err, wanted) end
    self:step("no_room", wanted)
    if removal == "removed" then
      log.write("error", NAME .. ": one subscription was removed and this one is refused all the same; nothing more is "
        .. "removed", { list = lists.name(wanted.listId) })
      return self:give_up(err, wanted)
    end
    removal = self:make_room(hooks, wanted)
    if not removal then return self:give_up(err, wanted) end
  end
end

--- A key of what is remembered: it must not tell the URL.
local function memory_key(hook) return digest.of(lists.key(hook)):sub(1, 32) end

--- At once: where the pass is cut short the next one is to know.
function M:note_made(key)
  local space = lofty.state.space(MEMORY)
  local seen = space.get(SEEN, {})
  seen[key], self.made_at[key] = clock.now(), clock.now()
  space.set(SEEN, seen)
end

function M:ensure(wanted, kept, hooks)
  local there = kept[lists.key(wanted)]
  if there then
    self.list_is_there[wanted.listId] = true
    if lists.is_as_wanted(there, wanted) then return self:step("kept", there) end
    self:step("kept", there)
    return self:step("different", there)
  end
  local has_vanished = self.seen[memory_key(wanted)] ~= nil or nil
  if has_vanished then
    log.write("warn", ("%s: it was there and has vanished: %s"):format(NAME, lists.shown(wanted.listId,
      wanted.callbackUrl)))
  end
  if self.check then return self:step("missing", wanted, { vanished = has_vanished }) end
  local made = self:create(wanted, hooks)
  if not made then return end
  self.list_is_there[wanted.listId] = true
  self:step("created", { listId = wanted.listId, callbackUrl = wanted.callbackUrl, subscribeId = made.subscribeId },
    { vanished = has_vanished })
  self.made = true
  self:note_made(memory_key(wanted))
end

--- Somebody may have made the same since the list was read. What was wanted exists all the same.
function M:look_again(before)
  local hooks, err = try(read)
  if err then
    return log.write("warn", NAME .. ": could not look whether any is there twice", { code = tostring(err.code) })
  end
  local known, kept = {}, lists.keepers(hooks, self.is_wanted)
  for _, hook in ipairs(before) do known[hook.subscribeId] = true end
  for _, hook in ipairs(hooks) do
    local key = lists.key(hook)
    if self.is_wanted[key] and kept[key] ~= hook and not known[hook.subscribeId] then
      log.write("warn", NAME .. ": made a second time by somebody else meanwhile: " .. describe(hook))
      self:step("twice", hook, { meanwhile = true })
    end
  end
end

--- Whether what is wanted of a list was made so lately that something may be on its way to the one before it.
function M:is_fresh(listId)
  local now = clock.now()
  for key, wanted in pairs(self.is_wanted) do
    local made = wanted.listId == listId and (self.made_at[digest.of(key):sub(1, 32)])
    if made and made <= now and now - made < lists.ON_THE_WAY then return true end
  end
  return false
end

--- Whether one that nobody has wished for may go. Not before what delivers its list elsewhere is there.
function M:may_go(hook)
  if self.list_is_wanted[hook.listId] and not self.list_is_there[hook.listId] and not self.check then return false end
  return self.may.remove_others or self.places[lists.normal(hook.callbackUrl)] or false
end

--- Those that nobody has wished for, once each.
function M:look_at_others(hooks, kept)
  local waiting = 0
  for _, hook in ipairs(hooks) do
    local key = lists.key(hook)
    if not self.is_wanted[key] and kept[key] == hook and not hook.is_gone and not hook.is_refused then
      local may_go = self:may_go(hook)
      local waits = may_go and self:is_fresh(hook.listId) or nil
      waiting = waiting + (waits and 1 or 0)
      if may_go and not waits then self:remove(hook, "other") else self:step("other", hook, { waits = waits }) end
    end
  end
  if waiting > 0 then
    log.write("info", NAME .. ": what is to go stays until what is on its way to it has come; call it again then",
      { count = waiting, minutes = lists.ON_THE_WAY // 60000 })
  end
end

--- Remembers what is in place, and forgets what is neither there nor wanted.
function M:remember()
  local seen, is_changed = {}, false
  for _, step in ipairs(self.steps) do
    local key = memory_key(step)
    if step.what == "kept" or step.what == "created" then seen[key] = self.made_at[key] or true end
  end
  for key, since in pairs(seen) do is_changed = is_changed or self.seen[key] ~= since end
  for key, since in pairs(self.others_seen) do seen[key] = since end
  for key in pairs(self.seen) do is_changed = is_changed or not seen[key] end
  if is_changed then lofty.state.space(MEMORY).set(SEEN, seen) end
end

--- What earlier passes have left; `others_seen` are those of them that another script may wish for and that are there.
function M:recall(hooks)
  self.seen, self.others_seen, self.made_at = lofty.state.space(MEMORY).get(SEEN, {}), {}, {}
  for key, since in pairs(self.seen) do self.made_at[key] = since ~= true and since or nil end
  for _, hook in ipairs(hooks) do
    local key = memory_key(hook)
    self.others_seen[key] = self.seen[key]
  end
end

function M:work()
  local hooks = read()
  self:recall(hooks)
  local kept = self:look_at_duplicates(hooks)
  for _, wanted in ipairs(self.wanted) do self:ensure(wanted, kept, hooks) end
  self:look_at_others(hooks, kept)
  if self.check then return self:result() end
  if self.made then self:look_again(hooks) end
  self:remember()
  return self:result()
end

--- Does it.
---@return lofty.webhooks.Synced
function M:run()
  if self.check then return self:work() end
  local _ <close> = lofty.lock(NAME, { wait = WAIT })
  return self:work()
end

return M
