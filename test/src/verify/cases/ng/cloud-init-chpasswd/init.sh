echo "root:LaycH0LZEnQ4oD" | chpasswd
