resource "azurerm_sql_server" "x" {
  administrator_login_password = "Lq83ZtXk29vP!"
}
