//! Arithmetic of a net-epoch in a kernel that trains one network an invocation: naga's reading of the WGSL, statement by
//! statement. Numbers are those of f32 lanes. A loop counts as often as it runs, by its constant bounds; of two branches
//! that which is taken, where constants decide it, else the dearer one.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use naga::valid::{FunctionInfo, ModuleInfo};
use naga::{
    BinaryOperator, Block, Expression, Function, FunctionArgument, Handle, Literal, LocalVariable, MathFunction,
    Module, ScalarKind, Statement, SwitchValue, TypeInner, UnaryOperator,
};
use serde::{Deserialize, Serialize};

/// Operations on f32 numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Exponentials, and functions that devices make of them: powers, hyperbolic functions.
    pub exp: u64,
    /// Logarithms and trigonometric functions.
    pub log_sin: u64,
    /// Divisions.
    pub division: u64,
    /// Square roots, and what is divided by them.
    pub root: u64,
    /// Fused multiply-adds that are asked for as such.
    pub fma: u64,
    /// Sums, differences and products; of these devices fuse what they like.
    pub sum_product: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.exp += more.exp;
        self.log_sin += more.log_sin;
        self.division += more.division;
        self.root += more.root;
        self.fma += more.fma;
        self.sum_product += more.sum_product;
    }
}

impl Counts {
    fn times(self, count: u64) -> Self {
        Self {
            exp: count * self.exp,
            log_sin: count * self.log_sin,
            division: count * self.division,
            root: count * self.root,
            fma: count * self.fma,
            sum_product: count * self.sum_product,
        }
    }
}

/// Counts of a call of a function by name; arguments are constant where their names are given.
pub(crate) fn of_call(
    module: &Module,
    info: &ModuleInfo,
    name: &str,
    given: &[(&str, Literal)],
) -> Result<Counts, String> {
    let found = module.functions.iter().find(|(_, function)| function.name.as_deref() == Some(name));
    let (handle, function) = found.ok_or_else(|| format!("there is no function {name}"))?;
    let constant = |argument: &FunctionArgument| {
        let is = |(name, _): &&(&str, Literal)| argument.name.as_deref() == Some(name);
        given.iter().find(is).map(|(_, constant)| *constant)
    };
    let arguments = function.arguments.iter().map(constant).collect();
    Ok(Walk::new(module, info, (function, &info[handle]), arguments).block(&function.body)?.0)
}

/// The value of a constant by name.
pub(crate) fn constant(module: &Module, name: &str) -> Option<Literal> {
    let (_, constant) = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some(name))?;
    match module.global_expressions[constant.init] {
        Expression::Literal(literal) => Some(literal),
        _ => None,
    }
}

/// One function, called with what is constant of its arguments.
struct Walk<'m> {
    module: &'m Module,
    info: &'m ModuleInfo,
    function: &'m Function,
    types: &'m FunctionInfo,
    arguments: Vec<Option<Literal>>,
    /// Constants that variables hold at the statement at hand.
    known: BTreeMap<Handle<LocalVariable>, Literal>,
}

/// What a block costs, and whether what stands after it is left out.
type Cost = Result<(Counts, bool), String>;

impl<'m> Walk<'m> {
    fn new(
        module: &'m Module,
        info: &'m ModuleInfo,
        (function, types): (&'m Function, &'m FunctionInfo),
        arguments: Vec<Option<Literal>>,
    ) -> Self {
        let mut walk = Self { module, info, function, types, arguments, known: BTreeMap::new() };
        for (variable, local) in function.local_variables.iter() {
            walk.known.extend(local.init.and_then(|init| walk.constant(init)).map(|constant| (variable, constant)));
        }
        walk
    }

    fn block(&mut self, block: &Block) -> Cost {
        let mut counts = Counts::default();
        for statement in block.iter() {
            let (more, ends) = self.statement(statement)?;
            counts += more;
            if ends {
                return Ok((counts, true));
            }
        }
        Ok((counts, false))
    }

    /// The dearest of blocks of which one is taken.
    fn either(&mut self, blocks: &[&Block]) -> Cost {
        let before = self.known.clone();
        let (mut dearest, mut all_end) = (Counts::default(), true);
        for block in blocks {
            self.known.clone_from(&before);
            let (counts, ends) = self.block(block)?;
            (dearest, all_end) = (dearest.max(counts), all_end && ends);
        }
        self.known = before;
        blocks.iter().for_each(|block| self.forget(block));
        Ok((dearest, all_end))
    }

    /// One turn of a loop, any but the first.
    fn turn(&mut self, body: &Block, continuing: &Block) -> Result<Counts, String> {
        self.forget(body);
        self.forget(continuing);
        let (mut counts, _) = self.block(body)?;
        counts += self.block(continuing)?.0;
        Ok(counts)
    }

    fn statement(&mut self, statement: &Statement) -> Cost {
        let mut counts = Counts::default();
        match statement {
            Statement::Emit(range) => range.clone().for_each(|expression| counts += self.expression(expression)),
            Statement::Block(block) => return self.block(block),
            Statement::If { condition, accept, reject } => {
                return match self.constant(*condition) {
                    Some(Literal::Bool(holds)) => self.block(if holds { accept } else { reject }),
                    _ => self.either(&[accept, reject]),
                };
            }
            Statement::Switch { selector, cases } => {
                let chosen = self.constant(*selector).and_then(|selector| {
                    let is = |value: &SwitchValue| match (value, selector) {
                        (SwitchValue::U32(value), Literal::U32(selector)) => *value == selector,
                        (SwitchValue::I32(value), Literal::I32(selector)) => *value == selector,
                        _ => false,
                    };
                    let other = || cases.iter().find(|case| case.value == SwitchValue::Default);
                    cases.iter().find(|case| is(&case.value)).or_else(other)
                });
                let blocks: Vec<&Block> = match chosen {
                    Some(case) => vec![&case.body],
                    None => cases.iter().map(|case| &case.body).collect(),
                };
                // A case may end by what ends the switch alone.
                let returns = |block: &&Block| matches!(block.last(), Some(Statement::Return { .. }));
                let all_return = blocks.iter().all(returns);
                let (counts, ends) = self.either(&blocks)?;
                return Ok((counts, ends && all_return));
            }
            Statement::Loop { body, continuing, .. } => {
                let turns = self.turns(body, continuing);
                let turn = self.turn(body, continuing)?;
                counts = match turns {
                    Some(turns) => turn.times(turns),
                    None if turn == counts => turn,
                    None => return Err(format!("a loop of {:?} runs who knows how often", self.function.name)),
                };
            }
            Statement::Call { function, arguments, .. } => {
                let callee = &self.module.functions[*function];
                let constants = arguments.iter().map(|argument| self.constant(*argument)).collect();
                let mut walk = Walk::new(self.module, self.info, (callee, &self.info[*function]), constants);
                counts = walk.block(&callee.body)?.0;
                arguments.iter().for_each(|argument| self.lose(*argument));
            }
            Statement::Store { pointer, value } => match (self.function.expressions[*pointer].clone(), *value) {
                (Expression::LocalVariable(variable), value) => {
                    match self.constant(value) {
                        Some(constant) => self.known.insert(variable, constant),
                        None => self.known.remove(&variable),
                    };
                }
                _ => self.lose(*pointer),
            },
            Statement::Break | Statement::Continue | Statement::Kill | Statement::Return { .. } => {
                return Ok((counts, true));
            }
            _ => {}
        }
        Ok((counts, false))
    }

    /// Forgets what variables hold that a block stores to.
    fn forget(&mut self, block: &Block) {
        for statement in block.iter() {
            match statement {
                Statement::Block(block) => self.forget(block),
                Statement::If { accept, reject, .. } => {
                    [accept, reject].into_iter().for_each(|block| self.forget(block))
                }
                Statement::Switch { cases, .. } => cases.iter().for_each(|case| self.forget(&case.body)),
                Statement::Loop { body, continuing, .. } => {
                    [body, continuing].into_iter().for_each(|block| self.forget(block));
                }
                Statement::Store { pointer, .. } => self.lose(*pointer),
                Statement::Call { arguments, .. } => arguments.iter().for_each(|argument| self.lose(*argument)),
                _ => {}
            }
        }
    }

    /// Forgets the variable that a pointer is to.
    fn lose(&mut self, pointer: Handle<Expression>) {
        match self.function.expressions[pointer] {
            Expression::LocalVariable(variable) => drop(self.known.remove(&variable)),
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => self.lose(base),
            _ => {}
        }
    }

    fn expression(&self, expression: Handle<Expression>) -> Counts {
        let lanes = match self.types[expression].ty.inner_with(&self.module.types) {
            TypeInner::Scalar(scalar) if scalar.kind == ScalarKind::Float => 1,
            TypeInner::Vector { size, scalar } if scalar.kind == ScalarKind::Float => *size as u64,
            _ => return Counts::default(),
        };
        let mut counts = Counts::default();
        match self.function.expressions[expression] {
            Expression::Binary { op: BinaryOperator::Divide, .. } => counts.division = lanes,
            Expression::Binary { .. } => counts.sum_product = lanes,
            Expression::Math { fun, arg, .. } => match fun {
                MathFunction::Exp | MathFunction::Exp2 | MathFunction::Pow => counts.exp = lanes,
                MathFunction::Tanh | MathFunction::Sinh | MathFunction::Cosh => counts.exp = lanes,
                MathFunction::Log | MathFunction::Log2 | MathFunction::Sin | MathFunction::Cos => {
                    counts.log_sin = lanes;
                }
                MathFunction::Sqrt | MathFunction::InverseSqrt => counts.root = lanes,
                MathFunction::Fma => counts.fma = lanes,
                MathFunction::Dot => {
                    if let TypeInner::Vector { size, .. } = self.types[arg].ty.inner_with(&self.module.types) {
                        counts.sum_product = 2 * *size as u64 - 1;
                    }
                }
                _ => {}
            },
            _ => {}
        }
        counts
    }

    /// How often a loop runs that counts up to a constant: `for (var i = 0u; i < N; i += K)`.
    fn turns(&self, body: &Block, continuing: &Block) -> Option<u64> {
        let expressions = &self.function.expressions;
        let (condition, counts_on) = body.iter().find_map(|statement| match statement {
            Statement::If { condition, accept, reject } => {
                let ends = |block: &Block| matches!(block.first(), Some(Statement::Break));
                (ends(accept) != ends(reject)).then_some((*condition, ends(reject)))
            }
            _ => None,
        })?;
        let Expression::Binary { op: BinaryOperator::Less, left, right } = expressions[condition] else { return None };
        let variable = self.loaded(left).filter(|_| counts_on)?;
        let step = continuing.iter().find_map(|statement| match statement {
            Statement::Store { pointer, value } if expressions[*pointer] == Expression::LocalVariable(variable) => {
                match expressions[*value] {
                    Expression::Binary { op: BinaryOperator::Add, left, right }
                        if self.loaded(left) == Some(variable) =>
                    {
                        self.number(right)
                    }
                    _ => None,
                }
            }
            _ => None,
        })?;
        let (start, end) = (whole(*self.known.get(&variable)?)?, self.number(right)?);
        Some(u64::try_from((end - start).max(0)).ok()?.div_ceil(u64::try_from(step).ok().filter(|step| *step > 0)?))
    }

    fn loaded(&self, expression: Handle<Expression>) -> Option<Handle<LocalVariable>> {
        let Expression::Load { pointer } = self.function.expressions[expression] else { return None };
        match self.function.expressions[pointer] {
            Expression::LocalVariable(variable) => Some(variable),
            _ => None,
        }
    }

    fn number(&self, expression: Handle<Expression>) -> Option<i64> {
        whole(self.constant(expression)?)
    }

    /// The value of an expression, where it is the same whatever is trained.
    fn constant(&self, expression: Handle<Expression>) -> Option<Literal> {
        match self.function.expressions[expression] {
            Expression::Literal(literal) => Some(literal),
            Expression::Constant(constant) => {
                match self.module.global_expressions[self.module.constants[constant].init] {
                    Expression::Literal(literal) => Some(literal),
                    _ => None,
                }
            }
            Expression::FunctionArgument(at) => *self.arguments.get(at as usize)?,
            Expression::Load { pointer } => match self.function.expressions[pointer] {
                Expression::LocalVariable(variable) => self.known.get(&variable).copied(),
                _ => None,
            },
            Expression::Unary { op: UnaryOperator::LogicalNot, expr } => match self.constant(expr)? {
                Literal::Bool(value) => Some(Literal::Bool(!value)),
                _ => None,
            },
            Expression::Binary { op, left, right } => compared(op, self.constant(left)?, self.constant(right)?),
            _ => None,
        }
    }
}

fn whole(literal: Literal) -> Option<i64> {
    match literal {
        Literal::U32(number) => Some(number.into()),
        Literal::I32(number) => Some(number.into()),
        _ => None,
    }
}

/// What an operator makes of two constants, where that decides a branch.
fn compared(op: BinaryOperator, left: Literal, right: Literal) -> Option<Literal> {
    let number = |literal| match literal {
        Literal::F32(number) => Some(f64::from(number)),
        other => whole(other).map(|number| number as f64),
    };
    let holds = match (op, left, right) {
        (BinaryOperator::LogicalAnd, Literal::Bool(left), Literal::Bool(right)) => left && right,
        (BinaryOperator::LogicalOr, Literal::Bool(left), Literal::Bool(right)) => left || right,
        (BinaryOperator::Equal, left, right) => number(left)? == number(right)?,
        (BinaryOperator::NotEqual, left, right) => number(left)? != number(right)?,
        (BinaryOperator::Less, left, right) => number(left)? < number(right)?,
        (BinaryOperator::LessEqual, left, right) => number(left)? <= number(right)?,
        (BinaryOperator::Greater, left, right) => number(left)? > number(right)?,
        (BinaryOperator::GreaterEqual, left, right) => number(left)? >= number(right)?,
        _ => return None,
    };
    Some(Literal::Bool(holds))
}
