--- The state of one box: counters for ids, tags, tasks, notes, subscriptions, issued tokens. Leads have a file of
--- their own, lead_store.lua, because there may be a million of them.

local lead_store = require "sandbox.lead_store"
local history = require "sandbox.history"

local M = {}
M.__index = M

-- First id and distance between ids of each kind: 15 and 16 digits, so that a client which reads them as floats
-- prints them wrongly somewhere.
local ID_RANGES = {
  lead = { 1187300000000003, 1021 }, lead_user = { 1287300000000011, 1021 }, task = { 2100400000000017, 37 },
  note = { 1405000000000021, 13 }, timeline = { 1406700000000033, 29 }, webhook = { 1510900000000041, 53 },
  transaction = { 1840000000000013, 43 }, communication = { 1950000000000019, 31 },
  dialer_call = { 1960000000000027, 41 }, dialer_record = { 400000012345, 7 },
  plan_task = { 2140500000000029, 37 }, lead_analysis = { 1780600000000007, 23 },
  legacy_message = { 410000006789, 11 }, listing_alert = { 640000000000093, 37 },
  call_summary = { 1790700000000043, 19 },
  system_log = { 1224565260755697664, 4194304 }, -- beyond 2^53, therefore a text in replies
  member = { 48301, 7 }, member_user = { 844710023600901, 18 }, office = { 563172647619608, 41 },
  property = { 1620000000000057, 61 }, tag = { 770100000000001, 3 }, inquiry = { 1730000000000009, 17 },
}

-- How long a thing just made cannot be read by its id, though it can be written, found and listed. How long the real
-- gap is, nobody has published; a script that reads at once has to meet it.
M.LAG_MS = 150

--- An empty store.
---@param now fun(): integer epoch milliseconds
---@param lag? integer ms, LAG_MS when absent
---@return table
function M.new(now, lag)
  return setmetatable({
    now = now,
    lag = lag or M.LAG_MS,
    counters = {},
    tag_definitions = {}, -- in order of creation
    tag_by_name = {},
    tasks = {}, -- by id
    notes = {}, -- by noteId
    webhooks = {}, -- in order of creation
    listings = {}, -- of the demo seed
    transactions = {}, -- by id
    communications = history.new(), -- calls, texts, e-mails and manual logs
    sent = {}, -- what send_sms and send_email sent, in order, with the content
    notified = {}, -- what was sent to agents, in order (notification_log.lua)
    system_logs = {}, -- in order of creation
    tokens = {}, -- access token -> epoch ms of expiry
    refresh_tokens = {},
    codes = {}, -- authorization codes not used yet (consent.lua)
    leads = lead_store.new(),
    changes = nil, -- what webhooks tell of since they were last looked at (webhook_posts.lua); nil: nobody looks
    parts = {}, -- what `part` made, by name
  }, M)
end

--- State of one resource, made when it is first asked for. For what every seed starts with.
---@generic T
---@param name string
---@param make fun(store: table): T
---@return T
function M:part(name, make)
  if self.parts[name] == nil then
    self.parts[name] = make(self)
  end
  return self.parts[name]
end

--- A fresh id.
---@param kind string a row of ID_RANGES
---@return integer
function M:next_id(kind)
  local n = self.counters[kind] or 0
  self.counters[kind] = n + 1
  local range = ID_RANGES[kind]
  return range[1] + n * range[2]
end

--- Notes a change that webhooks tell of. While a seed fills the store, or where nobody is told, there is no `changes`.
---@param list_id integer
---@param verb string created, updated, deleted or finished
---@param ids table<string, integer>
function M:happen(list_id, verb, ids)
  if self.changes then
    ids.updateTime = self.now()
    self.changes[#self.changes + 1] = { list_id = list_id, verb = verb, ids = ids }
  end
end

--- Whether a thing made at `created` (epoch ms) can be read by now. Lofty answers reads just after a create with 404.
---@param created integer
---@return boolean
function M:is_settled(created)
  return self.now() - created >= self.lag
end

--- The team's definition of a tag, created when the name is new.
---@param name string
---@param created? integer epoch ms, now when absent
---@return table { id, name, created }
function M:tag(name, created)
  local tag = self.tag_by_name[name]
  if not tag then
    tag = { id = self:next_id("tag"), name = name, created = created or self.now() }
    self.tag_by_name[name] = tag
    self.tag_definitions[#self.tag_definitions + 1] = tag
  end
  return tag
end

return M
