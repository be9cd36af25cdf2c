--- The subscriptions of a daemon: a process that loftyrun serve starts now and then (runtime/host/subscriptions.c), and
--- that makes those exist which its handlers want. It says what it finds in single lines of the log, of URLs the hosts
--- alone, and what is only to be known not every time.
local kinds = require "lofty.inbox.lists"
local clock = require "native.clock"
local digest = require "native.digest"
local lists = require "lofty.helpers.webhook_lists"
local log = require "native.log"
local lofty = require "lofty"
local native = require "native.inbox"
local store = require "lofty.store"
local wording = require "lofty.wording"

local M = {}

local GRANT = "delete_webhooks"
local MEMORY, TOLD, GOING = "lofty.subscriptions", "told", "going"
--- What passes, and is soon tried again.
local PASSES = { network = true, server = true, rate_limit = true, timeout = true, protocol = true, cancelled = true }
local HINTS = { WEBHOOK_EXCEED_LIMIT = "Remove one that nobody wants any more: loftyrun api webhooks.list, then "
  .. "webhooks.delete ID." }
local TEMPORARY, REFUSED, CONFIGURATION, ITEMS_FAILED = 5, 4, 3, 8

--- The numbers of the lists that handlers of these patterns get events of.
---@param patterns string[]
---@return table<integer, boolean>
function M.lists_of(patterns)
  local wanted = {}
  for _, pattern in ipairs(patterns) do
    local kind = pattern:match("^(%l+)%.")
    for number, list in ipairs(kinds) do
      if pattern == "*" or list.kind == kind then wanted[number] = true end
    end
  end
  return wanted
end

--- Without files every list is wanted, as many as there is room for: first what changes most.
local ALL = { 2, 10, 11, 9, 12, 5, 6, 7, 8, 3, 4, 1 }

local function wanted_here(server, all, url)
  local handlers = store.given("inbox", native.handlers(store.account()))
  local patterns, wanted = { all and "*" or nil }, {}
  for _, handler in ipairs(handlers) do
    if handler.server == server then patterns[#patterns + 1] = handler.pattern end
  end
  local numbers = M.lists_of(patterns)
  for _, number in ipairs(ALL) do
    if numbers[number] then wanted[#wanted + 1] = { list = number, url = url } end
  end
  return wanted
end

local function fail(err)
  log.write("error", "the subscriptions could not be looked after; what comes is taken all the same", {
    code = tostring(err.code), why = err.message, hint = err.hint })
  os.exit(PASSES[err.category] and TEMPORARY
    or (err.category == "auth" or err.code == "GRANT_NEEDED") and CONFIGURATION or REFUSED)
end

--- One line for each reason.
local function tell_failed(result)
  local by_code, codes = {}, {}
  for _, step in ipairs(result.steps) do
    if step.what == "failed" then
      local key = tostring(step.error.code)
      if not by_code[key] then
        by_code[key] = { error = step.error, lists = {} }
        codes[#codes + 1] = key
      end
      table.insert(by_code[key].lists, step.list)
    end
  end
  for _, key in ipairs(codes) do
    local found = by_code[key]
    log.write("error", "Lofty refuses a subscription; without it nothing comes", { code = key,
      lists = table.concat(found.lists, ", "), why = found.error.message, hint = HINTS[key] or found.error.hint })
  end
end

local DONE = {
  created = { "info", "subscribed" },
  removed = { "info", "a subscription that is not needed any more is removed" },
  refused = { "warn", "a subscription that is not needed belongs to another application, which alone can remove it" },
}

local function tell_done(result)
  for _, step in ipairs(result.steps) do
    local line = DONE[step.what]
    if line then log.write(line[1], line[2], { subscription = step.shown, id = step.subscribeId }) end
  end
end

--- What stays as it is, and a person may want to know.
local function notices_of(result, own, may_remove, url)
  local notices, others, hosts = {}, 0, {}
  local here = lists.normal(url):match("^.*/")
  for _, step in ipairs(result.steps) do
    local stays = step.what == "twice" or step.what == "other"
    local place = lists.normal(step.callbackUrl)
    if stays and own[place] and not may_remove then
      local how = step.what == "twice" and "there twice" or "not wanted"
      notices[#notices + 1] = { "warn", ("a subscription to this receiver is %s; with the grant %s it would be removed")
        :format(how, GRANT), { subscription = step.shown, id = step.subscribeId } }
    elseif stays and not own[place] and place:sub(1, #here) == here then
      notices[#notices + 1] = { "warn", "a subscription delivers here with a secret that this receiver does not take; "
        .. "where no other does, remove it: loftyrun api webhooks.delete ID", { subscription = step.shown,
          id = step.subscribeId } }
    elseif stays then
      others, hosts[lists.host(step.callbackUrl)] = others + 1, true
    end
  end
  if others > 0 then
    notices[#notices + 1] = { "info", "subscriptions that deliver elsewhere are left alone", { count = others,
      hosts = table.concat(wording.sorted_keys(hosts), ", ") } }
  end
  return notices
end

--- Nobody has asked for each of those lists.
local function no_room(result, wanted)
  local there = result.kept + result.created
  return { { "info", "the sandbox's team has room for no more subscriptions; --sandbox=empty has room for all",
    { subscribed = there, left_out = wanted - there } } }
end

--- Says them when a daemon begins or reads its files again, and when they are others than the last time.
local function tell_notices(notices, always)
  local memory, sum = lofty.state.space(MEMORY), digest.of(notices)
  if not always and memory.get(TOLD) == sum then return end
  for _, notice in ipairs(notices) do log.write(table.unpack(notice)) end
  if memory.get(TOLD) ~= sum then memory.set(TOLD, sum) end
end

--- Whether those at this receiver that are not needed any more may go: when they have not been needed for a while, in
--- which nothing new was made.
local function may_go(result, own)
  local memory, ids = lofty.state.space(MEMORY), {}
  for _, step in ipairs(result.steps) do
    local stays = step.what == "twice" or step.what == "other"
    if stays and own[lists.normal(step.callbackUrl)] then ids[#ids + 1] = step.subscribeId end
  end
  if #ids == 0 then return false end
  table.sort(ids)
  local known, sum, now = memory.get(GOING), digest.of(ids), clock.now()
  if known and known.ids == sum and now >= known.since and result.created == 0 then return now - known.since >= lists.ON_THE_WAY end
  memory.set(GOING, { ids = sum, since = now })
  log.write("info", "subscriptions that are not needed any more go when what is on its way to them has come", {
    count = #ids, minutes = lists.ON_THE_WAY // 60000 })
  return false
end

--- Does it.
---@param server string the daemon's number
---@param how string words: "all", every list is wanted; "always", say all that there is to say
---@param url string where to deliver: its path is a secret
---@param previous string|nil where it was delivered before the secret was changed
function M.run(server, how, url, previous)
  local own, places = {}, { url, previous }
  for _, place in ipairs(places) do own[lists.normal(place)] = true end
  local all = how:find("all,", 1, true) ~= nil
  local wanted = wanted_here(math.tointeger(tonumber(server)), all, url)
  local always = how:find("always,", 1, true) ~= nil
  if #wanted == 0 then
    if always then log.write("warn", "no handler wants webhooks, so there is nothing to subscribe to") end
    return
  end
  local may_remove = lofty.guard.may(GRANT) or false
  local function sync(remove_at)
    local result, err = lofty.try(lofty.webhooks.sync, wanted, { remove_at = remove_at, go_on = not all })
    if err and err.result then tell_done(err.result) end
    if all and err and err.result and err:is(lofty.code.WEBHOOK_EXCEED_LIMIT) then return err.result end
    if err then fail(err) end
    tell_done(result)
    return result
  end
  local result = sync()
  if may_remove and may_go(result, own) then result = sync(places) end
  tell_failed(result)
  local is_full = all and result.no_room
  tell_notices(is_full and no_room(result, #wanted) or notices_of(result, own, may_remove, url), always)
  if result.failed > 0 then os.exit(ITEMS_FAILED) end
  log.write("debug", "the subscriptions are as they should be", { lists = #wanted })
end

return M
