--- What is posted to the callbacks of subscriptions: the changes of the store, put together as Lofty does, at most
--- `limit` to a post. The host sends them (runtime/host/deliverer.c).
---
--- Posts go to this machine's loopback only, as plain http, as if Lofty's https had ended at a proxy there: a sandbox
--- must not reach strangers, and the demo's subscriptions name some. Each subscription's posts go one behind the other, in
--- the order of what happened, unless a fault is asked for (fault_spec.lua).

local json = require "native.json"
local account = require "sandbox.account"
local draw = require("sandbox.faults").draw
local lists = require "sandbox.webhook_lists"
local times = require "sandbox.times"

local M = {}
M.__index = M

--- Where a test can read what was posted.
M.PATH = "/sandbox/deliveries"

-- Lofty takes up to a minute; this is long enough that what happens together comes together.
local GATHER_MS = 50
local LATE_MS, AGAIN_MS, MOST_AGAIN = 2000, 500, 100
local MOST_KEPT = 10000 -- posts that are remembered

--- Faults of deliveries, by name, and what they are.
M.FAULTS = {
  ["webhook-twice"] = "a post is made a second time",
  ["webhook-late"] = "a post comes up to 2 seconds later, behind those after it",
  ["webhook-reversed"] = "the entries of a post stand in the opposite order",
  ["webhook-strange"] = "before a post comes one of a shape that nobody knows",
  ["webhook-odd-time"] = "updateTime is a text, of digits or as Lofty's replies have it",
  ["webhook-lost"] = "a post is never made",
  ["webhook-again"] = "a post that is not answered with 2xx is made again, half a second later, up to 100 times",
}

--- Where posts to a URL go, nil where they may not.
---@param url string
---@return string|nil
function M.target(url)
  local authority, rest = url:match("^https://([^/?#]+)(.*)$")
  local host = authority and authority:match("^([^:]+)")
  if not host or not (host:lower() == "localhost" or host:find("^127%.%d+%.%d+%.%d+$")) then
    return nil
  end
  return "http://" .. authority .. (rest:find("^/") and rest or "/" .. rest)
end

--- Posts of a store's changes.
---@param store table
---@param rates table<string, number> of FAULTS, 0 to 1
---@param seed integer
---@return table
function M.new(store, rates, seed)
  store.changes = {}
  return setmetatable({
    store = store, rates = rates, seed = seed, drawn = 0,
    lines = {}, -- by subscribeId: { queue, busy }
    under_way = {}, -- by tag
    log = json.array {}, tag = 0, posted = 0,
  }, M)
end

function M:meets(fault)
  self.drawn = self.drawn + 1
  return draw(self.seed, self.drawn) < (self.rates[fault] or 0)
end

---@type string[] sorted
M.NAMES = {}
for name in pairs(M.FAULTS) do
  M.NAMES[#M.NAMES + 1] = name
end
table.sort(M.NAMES)

local MARK = "%s.%03dGMT" -- a second alone would make one of two events

-- What several subscriptions share must not be changed by a fault of one.
local function copy_of(ids)
  local copy = {}
  for name, value in pairs(ids) do
    copy[name] = value
  end
  return copy
end

local function odd_time(ids, number)
  local ms = ids.updateTime
  if math.type(ms) == "integer" then
    ids.updateTime = number < 0.5 and ("%d"):format(ms) or MARK:format(times.gmt(ms):sub(1, 19), ms % 1000)
  end
  return ids
end

local function line_of(self, webhook)
  local line = self.lines[webhook.subscribeId]
  if not line then
    line = { queue = {}, busy = 0 }
    self.lines[webhook.subscribeId] = line
  end
  return line
end

-- Puts a change behind the others: into the last post, where there is room and it has not gone yet.
local function put(self, webhook, change)
  local line, now = line_of(self, webhook), self.store.now()
  local name = change.array or change.verb .. lists[change.list_id].array
  local last = line.queue[#line.queue]
  if not last or last.name ~= name or last.is_closed or #last.entries >= webhook.limit then
    if last then
      last.is_closed = true
    end
    last = { webhook = webhook, name = name, entries = json.array {}, due = now + GATHER_MS, attempts = 0 }
    line.queue[#line.queue + 1] = last
  end
  local entry = copy_of(change.ids)
  last.entries[#last.entries + 1] = self:meets("webhook-odd-time") and odd_time(entry, draw(~self.seed, self.drawn)) or entry
end

-- Takes the changes over, each for all who have subscribed to its list.
local function take_changes(self)
  local changes = self.store.changes
  self.store.changes = {}
  for _, change in ipairs(changes) do
    for _, webhook in ipairs(self.store.webhooks) do
      if webhook.listId == change.list_id and M.target(webhook.callbackUrl) then
        put(self, webhook, change)
      end
    end
  end
end

local function reversed(entries)
  local other = json.array {}
  for i = #entries, 1, -1 do
    other[#other + 1] = entries[i]
  end
  return other
end

local function body_of(self, post)
  local entries = self:meets("webhook-reversed") and reversed(post.entries) or post.entries
  return json.encode { listId = post.webhook.listId, teamId = account.team_id, [post.name] = entries }
end

local function strange_body(post)
  return json.encode { event = "lead.touched", data = { lead = { id = post.entries[1].leadId } } }
end

local function start(self, line, post, body, ready)
  self.tag = self.tag + 1
  self.under_way[self.tag] = { line = line, post = post, body = body }
  line.busy = line.busy + 1
  ready[#ready + 1] = { tag = self.tag, url = M.target(post.webhook.callbackUrl), body = body }
end

-- Whether the post is to be made now. Meets its faults when it comes to it first.
local function is_ready(self, post, now)
  if post.due > now then
    return false
  elseif not post.is_closed then
    post.is_closed, post.body = true, body_of(self, post)
    if self:meets("webhook-late") then
      self.drawn = self.drawn + 1
      post.due, post.is_aside = now + 1 + math.floor(draw(self.seed, self.drawn) * LATE_MS), true
      return false
    end
  end
  post.body = post.body or body_of(self, post)
  return true
end

-- Remembers a post, at most so many.
local function note(self, post, status, body)
  if #self.log == MOST_KEPT then
    table.remove(self.log, 1)
  end
  self.log[#self.log + 1] = { subscribeId = post.webhook.subscribeId, listId = post.webhook.listId, status = status,
    body = body }
end

local function is_lost(self, post)
  local lost = (self.rates["webhook-lost"] or 0) > 0 and self:meets("webhook-lost")
  if lost then
    note(self, post, nil, post.body)
  end
  return lost
end

-- Starts a post, and others around it where faults are met.
local function make(self, line, post, ready)
  local first = post.attempts == 0
  if first and self:meets("webhook-strange") then
    start(self, line, post, strange_body(post), ready)
  end
  start(self, line, post, post.body, ready)
  if first and self:meets("webhook-twice") then
    start(self, line, post, post.body, ready)
  end
end

local function look_at_line(self, line, now, ready)
  local index, soonest = 1, nil
  while line.queue[index] do
    local post = line.queue[index]
    if not post.is_aside and line.busy > 0 then
      break
    elseif is_ready(self, post, now) then
      table.remove(line.queue, index)
      if not is_lost(self, post) then
        make(self, line, post, ready)
      end
    else
      soonest = math.min(soonest or post.due, post.due)
      if not post.is_aside then
        break
      end
      index = index + 1
    end
  end
  return soonest
end

--- What is to be posted now, and when to ask again.
---@return { tag: integer, url: string, body: string }[] ready
---@return integer|nil wait ms; nil: when something has happened or was posted
function M:posts()
  take_changes(self)
  local ready, soonest, now = {}, nil, self.store.now()
  for _, webhook in ipairs(self.store.webhooks) do
    local line = self.lines[webhook.subscribeId]
    local due = line and look_at_line(self, line, now, ready)
    soonest = due and math.min(soonest or due, due) or soonest
  end
  return ready, soonest and math.max(1, soonest - now)
end

--- Hears what became of a post.
---@param tag integer
---@param status integer|nil nil: there was no reply
function M:done(tag, status)
  local made = self.under_way[tag]
  local line, post = made.line, made.post
  self.under_way[tag], line.busy, self.posted = nil, line.busy - 1, self.posted + 1
  note(self, post, status, made.body)
  local is_refused = not status or status < 200 or status > 299
  if is_refused and made.body == post.body and post.attempts < MOST_AGAIN and self:meets("webhook-again") then
    post.attempts, post.due = post.attempts + 1, self.store.now() + AGAIN_MS
    table.insert(line.queue, 1, post)
  end
end

--- How many posts are still to be made or answered, how many were, and the latest of those, as JSON.
---@return string
function M:text()
  local waiting = #self.store.changes
  for _, webhook in ipairs(self.store.webhooks) do
    local line = self.lines[webhook.subscribeId]
    waiting = waiting + (line and #line.queue + line.busy or 0)
  end
  return json.encode { waiting = waiting, posted = self.posted, posts = self.log }
end

return M
