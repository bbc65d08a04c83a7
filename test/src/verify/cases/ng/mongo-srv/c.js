mongoose.connect("mongodb+srv://app:k4GUT3hTvmbFXO@c0.ab.mongodb.net/x")
