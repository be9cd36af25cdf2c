--- The operations on notes.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local times = require "sandbox.times"
local params = require "sandbox.params"
local account = require "sandbox.account"
local system_logs = require "sandbox.system_logs"

local M = {}

local MAX_CONTENT = 2000 -- characters, the rest is cut without a word

local function reply(note)
  return {
    id = note.id, noteId = note.noteId, leadId = note.leadId, content = note.content, isPin = note.isPin,
    creatorId = note.creatorId, creatorName = account.user_name(note.creatorId),
    lastEditorId = note.editorId, lastEditorName = account.user_name(note.editorId),
    createTime = times.plain(note.created), lastUpdate = times.plain(note.updated),
    deleteFlag = false, systemNote = note.system or false,
  }
end

-- The lead must be there and the caller's; asked of the lead store, not of leads.lua, which builds on this file.
local function demand_lead(store, id)
  local lead = store.leads:find(id)
  wire.demand(lead and store.leads.is_visible(lead), "LEAD_NOT_EXIST")
end

local function demand_note(store, request)
  local note = store.notes[params.parse_integer(request.path_params.noteId)]
  wire.demand(note, "RESOURCE_NOT_EXIST")
  return note
end

local function read_content(body)
  local content = params.field_text(body, "content", MAX_CONTENT)
  wire.demand(content and not codec.is_blank(content), "INVALID_PARAMETER")
  return content
end

-- Absent counts as false, though the description requires it; null is refused.
local function read_pin(body)
  wire.demand(body.isPin ~= json.null, "INVALID_PARAMETER")
  return params.field_boolean(body, "isPin") or false
end

--- Keeps a new note of the caller's.
---@param store table
---@param lead_id integer
---@param content string cut at 2000 characters
---@param is_pin boolean
---@return table note
function M.add(store, lead_id, content, is_pin)
  local now = store.now()
  local note = {
    id = store:next_id("timeline"), noteId = store:next_id("note"), leadId = lead_id,
    content = params.cut(content, MAX_CONTENT), isPin = is_pin, created = now, updated = now,
    creatorId = account.caller.user_id, editorId = account.caller.user_id,
  }
  store.notes[note.noteId] = note
  store:happen(9, "created", { noteId = note.noteId, leadId = lead_id })
  return note
end

--- GET /v1.0/notes?leadId=. The order means nothing, on purpose.
function M.list(store, request)
  local lead_id = wire.demand(params.integer(request.query, "leadId"), "INVALID_PARAMETER")
  local with_system = params.boolean(request.query, "includeSystemNote", false)
  demand_lead(store, lead_id)
  local notes = json.array({})
  for _, note in pairs(store.notes) do
    if note.leadId == lead_id and (with_system or not note.system) then
      notes[#notes + 1] = note
    end
  end
  -- Neither by time nor by id, yet the same in every run.
  table.sort(notes, function(a, b)
    local x, y = a.noteId * 7919 % 1009, b.noteId * 7919 % 1009
    return x < y or (x == y and a.noteId < b.noteId)
  end)
  for i, note in ipairs(notes) do
    notes[i] = reply(note)
  end
  return { notes = notes }
end

--- GET /v1.0/notes/{noteId}; misses a note just created, which a list shows.
function M.get(store, request)
  local note = demand_note(store, request)
  wire.demand(store:is_settled(note.created), "RESOURCE_NOT_EXIST")
  return { note = reply(note) }
end

--- POST /v1.0/notes
function M.create(store, request)
  local body = request.body
  local lead_id = params.field_integer(body, "leadId")
  wire.demand(lead_id and lead_id ~= -1, "INVALID_PARAMETER")
  local content, is_pin = read_content(body), read_pin(body)
  demand_lead(store, lead_id)
  return { noteId = M.add(store, lead_id, content, is_pin).noteId }
end

--- PUT /v1.0/notes/{noteId}: empty reply. Leaving isPin out unpins.
function M.update(store, request)
  local body = request.body
  local content, is_pin = read_content(body), read_pin(body)
  local lead_id = params.field_integer(body, "leadId")
  local note = demand_note(store, request)
  demand_lead(store, note.leadId)
  wire.demand(not lead_id or lead_id == note.leadId, "INVALID_UPDATE_OPERATION_LEADID")
  note.content, note.isPin = content, is_pin
  note.updated, note.editorId = store.now(), account.caller.user_id
  system_logs.add_note_change(store, note, false)
  store:happen(9, "updated", { noteId = note.noteId, leadId = note.leadId })
  return nil
end

--- DELETE /v1.0/notes/{noteId}: empty reply.
function M.delete(store, request)
  local note = demand_note(store, request)
  demand_lead(store, note.leadId)
  store.notes[note.noteId] = nil
  system_logs.add_note_change(store, note, true)
  store:happen(9, "deleted", { noteId = note.noteId, leadId = note.leadId })
  return nil
end

return M
