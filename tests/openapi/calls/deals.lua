--- Valid calls: transactions.
local shapes = require "calls.shapes"

return {
  { "transactions.list_pipelines", {} },
  { "transactions.list_custom_fields", {} },
  { "transactions.create", function(context)
    return { context.lead, shapes.transaction(context, "14 Harbor Street") }
  end },
  { "transactions.create", function(context) return { context.lead, { transactionName = "15 Harbor Street" } } end },
  { "transactions.get", function(context) return { context.lead, context.transaction } end },
  { "transactions.update", function(context)
    return { context.lead, context.transaction, shapes.transaction(context, "14 Harbor Street, unit 2") }
  end },
  { "transactions.list_for_lead", function(context) return { context.lead } end },
  { "transactions.list", function(context)
    return { { pageSize = 100, pageNum = 0, queryKey = "Harbor", leadId = context.lead, transactionType = "All" } }
  end },
  { "transactions.list", { {} } },
  { "transactions.set_property_address", function(context)
    return { context.lead, {
      transactionId = context.transaction, unit = "2", label = "Investment", state = "ME", city = "Portland",
      zipCode = "04101", streetAddress = "14 Harbor Street", county = "Cumberland",
    } }
  end },
  { "transactions.get_property_address", function(context) return { context.lead, context.transaction } end },
  { "transactions.sync_brokermint", function(context)
    return { {
      id = context.linked_transaction, agentId = 844710023600001,
      address = "5 Orchard Avenue", city = "Portland", state = "ME", zip = "04101", status = "Closed",
      transactionType = "Purchase", price = 388000,
      expirationDate = "2026-06-05T10:00:00Z", closedAt = "2026-03-05T10:00:00Z", closingDate = "2026-03-04T10:00:00Z",
    } }
  end },
}
