--- Pages of the manual as Markdown.
local M = {}

--- Characters that Markdown would take for its own.
local function plain(text)
  text = text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub("[\\`*_{}%[%]>]", "\\%0")
  return (text:gsub("^[-+#]", "\\%0"):gsub("^(%d+)([.)])", "%1\\%2"))
end

--- A term as code, with the star of what is required behind it, and a link where it has a page.
local function term_text(term, links)
  local name, star = term:match("^(.-)( %*)$")
  name = name or term
  local code = "`" .. name .. "`"
  return (links[name] and ("[%s](%s)"):format(code, links[name]) or code) .. (star and " \\*" or "")
end

local function list_text(items, links)
  local lines = {}
  for index, item in ipairs(items) do
    lines[index] = ("%s- %s: %s"):format(("    "):rep(item.depth), term_text(item.term, links), plain(item.text))
  end
  return table.concat(lines, "\n")
end

local RENDER = {
  heading = function(block) return ("#"):rep(block.level + 3) .. " " .. plain(block.text) end,
  text = function(block) return plain(block.text) end,
  code = function(block) return "```lua\n" .. block.text .. "\n```" end,
  list = function(block, links) return list_text(block.items, links) end,
}

--- The part of a link after "#" that leads to a page's heading, as GitHub and others make it.
---@param name string the page's
---@return string
function M.anchor(name)
  return (name:lower():gsub("[^%w_%- ]", ""):gsub(" ", "-"))
end

--- One page, as a section of a larger text.
---@param page lofty.manual.Page
---@param links table<string, string>|nil addresses of terms that have a page
---@return string ends with a newline
function M.section(page, links)
  local parts = { "### " .. plain(page.name) }
  for _, block in ipairs(page.blocks) do parts[#parts + 1] = RENDER[block.kind](block, links or {}) end
  return table.concat(parts, "\n\n") .. "\n"
end

--- Several pages as one document with a list of contents.
---@param title string
---@param introduction string Markdown
---@param pages lofty.manual.Page[]
---@param links table<string, string>|nil
---@return string
function M.document(title, introduction, pages, links)
  local contents, parts = {}, {}
  for index, page in ipairs(pages) do
    contents[index] = ("- [%s](#%s): %s"):format(plain(page.name), M.anchor(page.name), plain(page.brief))
    parts[index] = M.section(page, links)
  end
  local head = { "# " .. plain(title), introduction, table.concat(contents, "\n") }
  return table.concat(head, "\n\n") .. "\n\n" .. table.concat(parts, "\n")
end

return M
