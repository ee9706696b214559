"""Les éditions : elles mettent en page les figures que les carnets ont faites, et ne recalculent rien."""
