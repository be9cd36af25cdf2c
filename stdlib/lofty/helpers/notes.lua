--- Helpers on notes. notes.update wants content and pin, both, every time, and a pin left out may be lost; these read
--- the note first.
local lofty = require "lofty"
local settle = require "lofty.settle"
local write_back = require "lofty.helpers.write_back"

local M = {}

local note_id = { name = "noteId", type = "integer", min = 1 }

local AGAIN = "May be run twice: where the reply to the update was lost, the second run changes nothing."
local LONG = "A note longer than 2000 characters, which Lofty would cut, keeps its pin: it raises INVALID_RESPONSE and "
  .. "changes nothing."
local BETWEEN = "What somebody else writes into the note between the reading and the writing is lost."
local TOO_EARLY = "Right after a create the note cannot be read: notes.wait first."

--- The note as it was before; see `edit`.
local function change(name, noteId, changes)
  local before = lofty.notes.get(noteId)
  local content, is_pin = changes.content or before.content, changes.isPin
  if is_pin == nil then is_pin = before.isPin or false end
  if content ~= before.content or is_pin ~= (before.isPin or false) then
    local fields = { content = content, isPin = is_pin, leadId = before.leadId }
    write_back.demand(name, "notes.update", fields)
    lofty.notes.update(noteId, fields)
  end
  return before
end

--- Changes a note's content or pin, and keeps the other.
---@param noteId integer
---@param changes { content: string|nil, isPin: boolean|nil }
---@return table before the note as it was
local function edit(noteId, changes) return change("notes.edit", noteId, changes) end

--- Pins a note.
---@param noteId integer
---@return boolean changed false where it was pinned
local function pin(noteId)
  return not change("notes.pin", noteId, { isPin = true }).isPin
end

--- Unpins a note.
---@param noteId integer
---@return boolean changed false where it was not pinned
local function unpin(noteId)
  return change("notes.unpin", noteId, { isPin = false }).isPin or false
end

--- Reads a note that was just made, waiting until Lofty shows it.
---@param noteId integer
---@param options { timeout: number|nil } seconds
---@return table note
local function wait(noteId, options)
  return settle.read("RESOURCE_NOT_EXIST", options.timeout, lofty.notes.get, noteId)
end

M.edit = {
  usage = 'notes.edit(noteId, { content = "Called back" })',
  summary = "Changes a note's content or its pin, and keeps the other.",
  params = { note_id },
  fields = {
    content = { type = "string", not_blank = true, max_length = 2000 },
    isPin = { type = "boolean" },
  },
  fields_at_least_one = { "content", "isPin" },
  uses = { "notes.get", "notes.update" },
  returns = "the note as it was before",
  raises = { "RESOURCE_NOT_EXIST", "INVALID_RESPONSE" },
  habits = { "Sends nothing where the note is so already.", BETWEEN, TOO_EARLY, AGAIN, LONG },
  call = edit,
}

M.pin = {
  usage = "notes.pin(noteId)",
  summary = "Pins a note and keeps its content.",
  params = { note_id },
  uses = { "notes.get", "notes.update" },
  returns = "true where it was not pinned before",
  raises = { "RESOURCE_NOT_EXIST", "INVALID_RESPONSE" },
  habits = { BETWEEN, TOO_EARLY, AGAIN, LONG },
  call = pin,
}

M.unpin = {
  usage = "notes.unpin(noteId)",
  summary = "Unpins a note and keeps its content.",
  params = { note_id },
  uses = { "notes.get", "notes.update" },
  returns = "true where it was pinned before",
  raises = { "RESOURCE_NOT_EXIST", "INVALID_RESPONSE" },
  habits = { BETWEEN, TOO_EARLY, AGAIN, LONG },
  call = unpin,
}

M.wait = {
  usage = "notes.wait(noteId)",
  summary = "Reads a note that was just made, waiting until Lofty shows it.",
  params = { note_id },
  fields = { timeout = settle.timeout_spec },
  uses = { "notes.get" },
  returns = "the note",
  raises = { "RESOURCE_NOT_EXIST" },
  habits = { "Asks again only after a 404 with RESOURCE_NOT_EXIST; any other failure is raised at once." },
  call = wait,
}

return M
