--- Operations on the notes of a lead. Data only.

local note_id = { name = "noteId", type = "integer", min = 1 }

--- Lofty would keep the first 2000 characters without a word.
local content = { type = "string", required = true, not_blank = true, max_length = 2000 }

local M = {}

M.list = {
  method = "GET",
  path = "/v1.0/notes",
  query = {
    leadId = { type = "integer", min = 1, required = true },
    includeSystemNote = { type = "boolean", default = false },
    limit = {
      type = "integer",
      min = 1,
      max = 100,
      default = 100,
      always = true,
      note = "undocumented; without it only a short first page was seen live",
    },
  },
  reply = "notes",
  page = "none",
  id = "noteId",
  note = "in no certain order",
  codes = { "LEAD_NOT_EXIST" },
}

M.get = {
  method = "GET",
  path = "/v1.0/notes/{noteId}",
  params = { note_id },
  reply = "note",
  id = "noteId",
  codes = { "RESOURCE_NOT_EXIST" },
}

M.create = {
  method = "POST",
  path = "/v1.0/notes",
  body = {
    type = "object",
    fields = {
      content = content,
      leadId = { type = "integer", min = 1, required = true },
      isPin = { type = "boolean", default = false, always = true, not_null = true, note = "documented as required" },
    },
  },
  note = "reading or changing the note just after may fail with RESOURCE_NOT_EXIST",
  answers = "noteId",
  codes = { "INVALID_PARAMETER", "LEAD_NOT_EXIST" },
}

M.update = {
  method = "PUT",
  path = "/v1.0/notes/{noteId}",
  params = { note_id },
  body = {
    type = "object",
    fields = {
      content = content,
      leadId = { type = "integer", min = 1, not_null = true, note = "must be the note's own lead" },
      isPin = { type = "boolean", required = true, note = "left out, it might unpin the note: notes.get tells" },
    },
  },
  codes = { "INVALID_PARAMETER", "LEAD_NOT_EXIST", "RESOURCE_NOT_EXIST", "INVALID_UPDATE_OPERATION_LEADID" },
}

M.delete = {
  method = "DELETE",
  path = "/v1.0/notes/{noteId}",
  params = { note_id },
  codes = { "LEAD_NOT_EXIST", "RESOURCE_NOT_EXIST" },
}

return M
