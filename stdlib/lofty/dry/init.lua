--- A dry run: reads happen, and each write becomes an item of a plan, in the order of the calls, with what it would change
--- as that is now. What the script keeps for later runs becomes items too (lofty.dry.keep). Reads see what is planned
--- (lofty.dry.reads). At the end the plan is printed (lofty.dry.show) and kept in a file (lofty.dry.file), which
--- `loftyrun apply` does later (lofty.dry.apply).
---
--- The host calls `begin` before the script and `finish` after it.
local client = require "lofty.client"
local duplicates = require "lofty.dry.duplicates"
local effects = require "lofty.dry.effects"
local gone = require "lofty.dry.gone"
local json = require "native.json"
local keep = require "lofty.dry.keep"
local line = require "lofty.dry.line"
local lofty_error = require "lofty.error"
local native = require "native.plan"
local operations = require "lofty.operations"
local overlay = require "lofty.dry.overlay"
local placeholder = require "lofty.dry.placeholder"
local reads = require "lofty.dry.reads"
local results = require "lofty.dry.results"
local retry = require "lofty.retry"
local run = require "native.run"
local shown = require "lofty.dry.shown"
local store = require "lofty.store"
local targets = require "lofty.targets"
local unknown = require "lofty.dry.unknown"
local writes = require "lofty.writes"

local M = {}

local settings, writer, preview
local user, asked = nil, false ---@type table|nil, boolean whose Lofty it is; whether that was asked
local counts = { items = 0, writes = 0, refused = 0, kept = 0 }
local send = client.send -- as it is without a dry run

--- Calls f, which raises { code, message } where the plan cannot be written.
local function guarded(f, ...)
  local ok, why = pcall(f, ...)
  if ok then return why end
  if type(why) ~= "table" or not why.code then error(why, 0) end
  return nil, why.code, why.message
end

--- Puts an item at the plan's end.
local function add(item)
  counts.items = counts.items + 1
  item.n = counts.items
  local kind = item["do"] == "write" and "writes" or item["do"] == "refused" and "refused" or "kept"
  counts[kind] = counts[kind] + 1
  if kind == "kept" and (item["do"] ~= "once" or item.what == "settled") then counts.last_kept = item.n end
  preview:add(item)
  if not writer then return end
  local _, code, message = guarded(writer.add, writer, item)
  if code then store.fail("dry run", code, message) end
end

--- Who the credential belongs to: a plan is that user's. Where Lofty does not say, nobody's.
local function identify()
  if asked then return end
  asked = true
  local me, err = lofty_error.try(send, operations.find("members.me"), {}, {})
  if err and err.category ~= "permission" and err.category ~= "not_found" and err.category ~= "validation" then
    error(err, 0)
  end
  user = type(me) == "table" and math.type(me.id) == "integer" and me.id or nil
end

---@class lofty.dry.Call a write
---@field row table
---@field path string
---@field values any[]
---@field fields table
---@field target lofty.Target|nil
---@field lead integer|nil
---@field there integer[]|nil leads that Lofty would merge it into

--- Why a write to this lead would be refused; nil where it would not, as far as can be told.
local function missing_lead(call, lead)
  local entry = overlay.entry("lead", lead)
  if entry and entry.deleted then
    return gone.error(call.row, call.path, "LEAD_NOT_EXIST", ("lead %d is to be deleted"):format(lead))
  end
  if entry or placeholder.is(lead) or reads.name_of_lead(lead) then return nil end
  local target = { kind = "lead", id = lead, read = "leads.get", arguments = { lead } }
  local _, err = lofty_error.try(reads.raw, target, send)
  if not err then return nil end
  if err.category ~= "not_found" then error(err, 0) end
  return gone.error(call.row, call.path, err.code, ("there is no lead %d"):format(lead))
end

--- The target as it was before the plan. Nil where the plan makes it; a second value says why the write would be refused.
local function image_of(call)
  local target, entry = call.target, overlay.entry(call.target.kind, call.target.id)
  local what = ("%s %d"):format(target.kind:gsub("_", " "), target.id)
  if entry and entry.deleted then
    return nil, gone.error(call.row, call.path, gone.code(target.kind), what .. " is to be deleted")
  end
  if entry and entry.made or placeholder.find(target.arguments) then return nil end
  if entry and entry.image then return entry.image end
  local thing, err = lofty_error.try(reads.raw, target, send)
  if err and target.kind == "property_address" and err:is("RESOURCE_NOT_EXIST") then return {} end
  if err and err.category ~= "not_found" then error(err, 0) end
  if thing == nil then return nil, gone.error(call.row, call.path, err and err.code, ("there is no %s"):format(what)) end
  local image = overlay.image(target.kind, thing)
  local lead = target.kind ~= "lead" and image.leadId
  return image, lead and missing_lead(call, lead) or nil
end

--- What the write finds: its target, and why it would be refused.
local function look(call)
  if call.target then return image_of(call) end
  call.there = duplicates.find(call.row.name, call.fields, send)
  return nil, call.lead and missing_lead(call, call.lead) or nil
end

local function named_lead(call, image)
  local lead = call.lead or image and image.leadId
  return lead and { id = lead, name = reads.name_of_lead(lead) } or nil
end

local function new_item(kind, call)
  return { ["do"] = kind, operation = call.row.name, parameters = #call.values > 0 and json.array(call.values) or nil,
    fields = next(call.fields) ~= nil and call.fields or nil }
end

--- Members that the plan has changed already: what they are then is not what Lofty shows now.
local function changed_members(entry)
  local names = json.array {}
  for name in pairs(entry and entry.unknown or {}) do names[#names + 1] = name end
  for name in pairs(entry and entry.set or {}) do names[#names + 1] = name end
  if entry and entry.tags then names[#names + 1] = "tags" end
  table.sort(names)
  return #names > 0 and names or nil
end

--- Lays the write over what reads show, and puts into the item what its target is now. Returns the target as it will be.
local function change_target(call, item, image)
  local target = call.target
  local effect = effects.of(call.row, call.values, call.fields)
  local entry = overlay.entry(target.kind, target.id)
  item.target = { kind = target.kind, id = target.id, read = target.read, arguments = json.array(target.arguments),
    among = target.among }
  if not image then
    item.target.made = true
  else
    local now = entry and overlay.laid_over(target.kind, call.row.name, entry, image) or image
    item.before = effects.pick(target.kind, effect.members, setmetatable(now, nil))
    item.unsure = changed_members(entry)
  end
  overlay.change(target.kind, target.id, effect, image, image and image.leadId or call.lead)
  if effect.deleted then return nil end
  return overlay.laid_over(target.kind, call.row.name, overlay.entry(target.kind, target.id), image or {})
end

local TOUCHING = { ["manual_logs.create"] = true, ["messages.send_email"] = true, ["messages.send_sms"] = true }

--- Takes note of what else the write changes.
local function change_around(call, id)
  local row, fields = call.row, call.fields
  for _, area in ipairs(shown.changes[row.name] or {}) do overlay.change_area(area, call.lead) end
  overlay.change_area("anything", call.lead)
  local unknowns = TOUCHING[row.name] and { lastTouch = true } or row.name == "leads.add_inquiry" and { leadInquiry = true }
  if unknowns and call.lead then overlay.change("lead", call.lead, { set = {}, unknown = unknowns }, nil, call.lead) end
  if fields.content and row.name == "leads.create" then overlay.change_area("first note", id) end
  if fields.leadTransaction then overlay.change_area("first transaction", id or call.lead) end
  local kind = shown.makes[row.name]
  if not kind then return end
  local set, tags = results.made(kind, row, call.values, fields)
  if tags and #tags > 0 then overlay.change_area "tags" end
  overlay.make(kind, id, set, tags, kind ~= "lead" and call.lead or nil)
end

--- Puts a write into the plan. Returns what it would return.
local function take(call, image, attempt)
  local item, thing = new_item("write", call), nil
  local id = results.has_id(call.row) and placeholder.new() or nil
  item.key, item.block = attempt and attempt.key, attempt and attempt.scope
  item.new, item.lead = id, named_lead(call, image)
  if call.target then thing = change_target(call, item, image) end
  if call.there then item.same_contact = duplicates.noted(call.fields, call.there) end
  change_around(call, id)
  add(item)
  local result = results.of(call.row, call.values, call.fields, id, thing)
  keep.returned(result, item.n)
  if attempt then
    keep.record(call.row, call.path, item.parameters and json.encode(item.parameters), item.fields
      and json.encode(item.fields), attempt.key, (json.encode(result)))
  end
  return result
end

--- Takes a write into the plan, in the place of sending it.
---@param row table
---@param path string
---@param values any[]
---@param fields table
---@return any what the write would return, as far as it is known
---@return boolean planned false where an earlier run has done it
function M.plan(row, path, values, fields)
  if row.undocumented or not operations.find(row.name) then
    unknown.raise(row.name, "what a call does that Lofty does not document")
  end
  local attempt = keep.attempt()
  if attempt and attempt.known then
    local answered, result = attempt:answer(row.name, #values > 0 and json.encode(values) or nil,
      next(fields) ~= nil and json.encode(fields) or nil)
    if answered then return result, false end
  end
  local place <close> = line.take()
  local call = { row = row, path = path, values = values, fields = fields, target = targets.of(row, values, fields),
    lead = shown.lead_of(row, values, fields) }
  local image, refusal = look(call)
  place:wait()
  identify()
  if not refusal then return take(call, image, attempt), true end
  local item = new_item("refused", call)
  item.code, item.why = refusal.code, refusal.message
  add(item)
  error(refusal, 0)
end

--- The name of a plan's file that nobody has named.
local function default_file()
  local folder, code, message = native.folder()
  if folder == nil then return nil, code, message end
  if not folder then return false end
  local script = settings.script:match("([^/]*)$"):gsub("%.lua$", ""):gsub("[^%w._-]", "_")
  local stamp = require("lofty.time").iso(require("native.clock").now()):gsub("[-:]", ""):match("^%d+T%d+")
  return ("%s/%s-%s-%d.json"):format(folder, script ~= "" and script or "script", stamp, math.random(0) & 0xFFFF)
end

--- Called by the host before the script is loaded.
---@return boolean|nil
---@return string|nil code
---@return string|nil message
function M.begin()
  settings = native.settings()
  local of_run = run.settings()
  local replays = require("native.traffic").settings().replay
  if settings.file and replays then
    return nil, "USAGE", "--plan does not go with --replay: what a recording answers is nobody's Lofty"
  end
  local path, code, message = settings.file, nil, nil
  if not path and not replays then path, code, message = default_file() end
  if code then return nil, code, message end
  if path then
    local state
    state, code, message = native.state()
    if state == nil then return nil, code, message end
    local header = { script = settings.script, account = store.account(), base_url = of_run.base_url, state = state or nil,
      grants = require("lofty.dry.grants").held(), made = require("lofty.time").iso(require("native.clock").now()) }
    writer, code, message = guarded(require("lofty.dry.file").create, path, header)
    if not writer then return nil, code, message end
  end
  preview = require("lofty.dry.show").new(settings.colour)
  keep.begin(add)
  writes.plan = M.plan
  client.send = function(row, values, fields, options)
    if retry.safety(row) ~= "read" then return send(row, values, fields, options) end
    return reads.answer(row, values, fields, options, send)
  end
  return true
end

--- Called by the host after the script.
---@param why string|nil why it did not come to its end
---@return boolean|nil
---@return string|nil code
---@return string|nil message
function M.finish(why)
  why = why or unknown.first and "it needed to know what a dry run cannot tell (" .. unknown.first .. ")"
  preview.account, preview.script = store.account(), settings.script
  local path
  if writer and (counts.items > 0 or settings.file) then
    local ending = { items = counts.items, writes = counts.writes, refused = counts.refused, kept = counts.kept,
      last_kept = counts.last_kept, complete = why == nil, why = why, user = user }
    local _, code, message = guarded(writer.commit, writer, ending)
    if code then return nil, code, message end
    path = writer.path
  end
  preview:print(counts, why, path)
  return true
end

return M
