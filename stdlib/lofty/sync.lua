--- lofty.sync: the items of a list that are new or have changed since they were last dealt with.
---
---   for lead, why in lofty.sync { name = "mirror", list = lofty.leads.each { stage = "Hot" } } do
---     print(why, lead.leadId)               -- "new" or "changed"
---   end
---
--- Few of Lofty's lists can be asked for what changed since a moment, and those that carry times carry them to the
--- second, by a clock that is not ours, in an order that is not theirs: a watermark of time would skip what shares its
--- second with it, or came to light late. So the list is read to its end each time, and of each item its id and a digest
--- of what it was are kept. What is new, or is no longer what it was, comes; no clock takes part.
---
--- An item is done when the loop asks for the next one, and is remembered as it was when it was read. So nothing is
--- skipped: what changes while the loop runs, or is changed by the loop itself, comes again next time. A run that is
--- killed, or fails, leaves what is done done. An item that left the list is forgotten when the list has been read to its
--- end, and is new when it comes back; so is one that was passed over because others left while the list was read.
---
---   fields = { "stage", "assignedUserId" }   only a change of these members counts
---   lofty.sync.forget("mirror")              begin anew: every item is new
---
--- Names belong to a profile and a base URL, as those of lofty.resume do. To begin from now on, let a loop do nothing once.
local asker = require "lofty.asker"
local digest = require "native.digest"
local each = require "lofty.each"
local json = require "native.json"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local option_tables = require "lofty.options"
local pages = require "lofty.pages"
local replies = require "lofty.replies"
local resume = require "lofty.resume"
local store = require "lofty.store"
local wording = require "lofty.wording"

local M = {}

local DIGEST_LENGTH = 32 -- hexadecimal digits: half of SHA-256
local USAGE = 'lofty.sync{ name = "mirror", list = lofty.leads.each{} }'

---@class lofty.SyncOptions
---@field name string under which it is remembered what was done
---@field list lofty.Each such as lofty.leads.each{ stage = "Hot" }
---@field fields string[]|nil only a change of these members counts; of any by default

local function index_space()
  return "sync " .. store.account()
end

local function items_space(name)
  return index_space() .. " " .. name
end

local function lock(operation, name)
  local handle, process, since = store.try_lock(operation, items_space(name))
  if handle then return handle end
  error(lofty_error.new { code = "ALREADY_RUNNING", operation = operation,
    message = ("another loop is under way under the name %s, in this run or another%s"):format(wording.quoted(name),
      store.holder(process, since)) }, 0)
end

local function digest_of(item, fields)
  local chosen = item
  if fields then
    chosen = {}
    for _, name in ipairs(fields) do chosen[name] = item[name] end
  end
  return digest.of(chosen):sub(1, DIGEST_LENGTH)
end

--- A member that no item has would never change, and nothing would ever come.
local function check_fields(list, fields)
  if fields == nil then return end
  if type(fields) ~= "table" or #fields == 0 then
    misuse(('lofty.sync: fields must be an array of names, as in { "stage" }; got %s'):format(wording.describe(fields)))
  end
  local reply = replies.of(list.row)
  local known = reply and reply.of and reply.of.fields
  for _, name in ipairs(fields) do
    if type(name) ~= "string" or known and not known[name] then
      misuse(("lofty.sync: the items of %s have no %s%s"):format(list.name, wording.quoted(tostring(name)),
        known and wording.suggestion(tostring(name), known) or ""))
    end
  end
end

local function check_options(options)
  if type(options) ~= "table" then
    misuse(("lofty.sync: expects a table, as in %s; got %s"):format(USAGE, wording.describe(options)))
  end
  option_tables.refuse_unknown("lofty.sync", options, { name = true, list = true, fields = true }, "option")
  store.check_name("lofty.sync: name", options.name)
  local list = each.list_of(options.list)
  if not list then
    misuse(("lofty.sync: list must be what an `each` gives, as in %s; got %s"):format(USAGE,
      wording.describe(options.list)))
  end
  if not list.row.id then
    misuse(("lofty.sync: the items of %s have no ids, so one that changed cannot be told from a new one"):format(list.name))
  end
  if list.resume or list.wanted then
    misuse(("lofty.sync: the whole list is needed, to tell what has left it; leave out %s"):format(
      list.resume and "resume" or ":take(n)"))
  end
  check_fields(list, options.fields)
  return list
end

---@class lofty.Sync.Session one pass
---@field name string
---@field operation string
---@field space string
---@field list lofty.Each.List
---@field fields string[]|nil
---@field asker any who asks for the items
---@field mark string what the entries of this pass begin with
---@field lock userdata|nil
local Session = {}
Session.__index = Session

--- Begins a pass. What earlier ones have done stays in place; only its mark tells what this one has seen.
local function begin(list, options)
  local name, operation = options.name, "sync"
  local session = setmetatable({ name = name, operation = operation, space = items_space(name), list = list,
    fields = options.fields, asker = asker.check "lofty.sync" }, Session)
  local of = resume.description(list)
  session.lock = lock(operation, name)
  local text = store.ask(operation, "get", index_space(), name)
  local known = text and json.decode(text) or { of = of, pass = 0 }
  if known.of ~= of then
    session:close()
    misuse(("lofty.sync: %s is the name of %s, and this is %s; take another name, or begin anew with "
      .. "lofty.sync.forget(%s)"):format(wording.quoted(name), known.of, of, wording.quoted(name)))
  end
  known.pass = known.pass + 1
  store.ask(operation, "put", index_space(), name, json.encode(known))
  session.mark = ("%d "):format(known.pass)
  return session
end

--- The items of a page that are to be given, each as { item, key, digest, why }. The others are marked as seen.
function Session:choose(items)
  local chosen, same = {}, {}
  for _, item in ipairs(items) do
    local key, now = resume.key_of(self.list.row, item), digest_of(item, self.fields)
    local entry = store.ask(self.operation, "get", self.space, key)
    if entry and entry:sub(-DIGEST_LENGTH) == now then
      same[#same + 1], same[#same + 2] = key, self.mark .. now
    else
      chosen[#chosen + 1] = { item = item, key = key, digest = now, why = entry and "changed" or "new" }
    end
  end
  store.ask(self.operation, "put_all", self.space, same)
  return chosen
end

function Session:done(choice)
  store.ask(self.operation, "put", self.space, choice.key, self.mark .. choice.digest)
end

--- The list was read to its end: what it does not have any more is forgotten.
function Session:finish()
  store.ask(self.operation, "sweep", self.space, self.mark)
  self:close()
end

function Session:close()
  if self.lock then self.lock:close() end
  self.lock = nil
end

--- See lofty.sync.
---@param options lofty.SyncOptions
function M.loop(options)
  local list = check_options(options)
  local session, next_page, page, place
  local function step()
    if not session then
      session, next_page, page, place = begin(list, options), pages.pages(list), {}, 0
    elseif not session.lock then
      misuse("lofty.sync: the loop has ended; make another one for the next loop")
    end
    if page[place] then
      asker.check("lofty.sync", session.asker)
      session:done(page[place])
    end
    place = place + 1
    while place > #page do
      local items = next_page()
      if not items then
        session:finish()
        return nil
      end
      page, place = session:choose(items), 1
    end
    return page[place].item, page[place].why
  end
  local loop = setmetatable({}, {
    __name = "lofty.Sync",
    __call = step,
    __close = function()
      if session then session:close() end
    end,
  })
  return loop, nil, nil, loop
end

--- Forgets what is done under a name, so that every item of the next loop is new.
---@param name string
---@return boolean forgotten false where there was nothing
function M.forget(name)
  store.check_name("lofty.sync.forget: the name", name)
  local held = lock("sync.forget", name)
  local known = store.ask("sync.forget", "has", index_space(), name)
  store.ask("sync.forget", "drop", items_space(name))
  store.ask("sync.forget", "remove", index_space(), name)
  held:close()
  return known
end

return M
