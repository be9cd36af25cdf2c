--- Operations on what a team has set up: tags and pipelines. Data only.

local M = {}

M.list_tags = {
  method = "GET",
  path = "/v1.0/teamFeatures/listTag",
  page = "none",
  id = "tagId",
  note = "mixes the tags themselves (leadId 0) with their uses on leads",
}

M.list_pipelines = {
  method = "GET",
  path = "/v1.0/teamFeatures/lead-pipelines",
  query = {
    name = { type = "string", not_blank = true, note = "part of the name" },
    currPage = { type = "integer", min = 0, default = 0 },
    pageSize = { type = "integer", min = 1, default = 10 },
  },
  reply = "pipelines",
  page = "index",
  id = "id",
  note = "these are the stages of leads",
}

return M
