db, _ := sql.Open("mysql", "app:XdsPi41FK-15@tcp(db:3306)/shop")
