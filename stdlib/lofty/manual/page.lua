--- A page of the manual, before anybody knows whether it becomes help in a terminal, Markdown or a man page.

---@class lofty.manual.Block
---@field kind "text"|"heading"|"list"|"code"
---@field text string|nil of text, heading and code; code has several lines
---@field level integer|nil of a heading: 1, or 2 below another one
---@field apart boolean|nil of text and code: a terminal shows an empty line before it
---@field items { term: string, text: string, depth: integer }[]|nil of a list

---@class lofty.manual.Page
---@field name string what it explains: "leads.update", "TASK_IS_SMARTPLAN"
---@field brief string one line
---@field synopsis string|nil how a command is called; only a man page shows it apart
---@field blocks lofty.manual.Block[]
local Page = {}
Page.__index = Page

--- A new page, still empty.
---@param name string
---@param brief string
---@return lofty.manual.Page
function Page.new(name, brief)
  return setmetatable({ name = name, brief = brief, blocks = {} }, Page)
end

local function add(page, block)
  page.blocks[#page.blocks + 1] = block
  return page
end

---@param text string
---@param level integer|nil 2 below another heading
---@return lofty.manual.Page
function Page:heading(text, level) return add(self, { kind = "heading", text = text, level = level or 1 }) end

---@param text string a paragraph
---@param apart boolean|nil
---@return lofty.manual.Page
function Page:text(text, apart) return add(self, { kind = "text", text = text, apart = apart }) end

---@param text string lines that stay as they are
---@param apart boolean|nil
---@return lofty.manual.Page
function Page:code(text, apart) return add(self, { kind = "code", text = text, apart = apart }) end

--- Terms and what they mean; a depth makes members of a member.
---@param items { term: string, text: string, depth: integer|nil }[]
---@return lofty.manual.Page
function Page:list(items) return add(self, { kind = "list", items = items }) end

return Page
