"""A synthetic year through the engine with retention: does anything go on growing?"""
